// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

// Asks kcompat what the running kernel has: kcompat-example PROGRAM REQUIREMENT...
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// Report is the document kcompat/require/1.
type Report struct {
	Verdict      string
	Kernel       struct{ Release, Arch, Source string }
	Requirements []struct {
		Requirement, Result, Reason, Flag string
		Optional                          bool
	}
}

// Require runs the program. Exit status 0, 1 and 3 are answers; anything else is an error.
func Require(program string, requirements ...string) (*Report, error) {
	out, err := exec.Command(program, append([]string{"require", "--json", "--"}, requirements...)...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() != 1 && exit.ExitCode() != 3 {
		return nil, fmt.Errorf("%w: %s", err, exit.Stderr)
	} else if err != nil && exit == nil {
		return nil, err
	}
	report := new(Report)
	return report, json.Unmarshal(out, report)
}

func main() {
	report, err := Require(os.Args[1], os.Args[2:]...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Println(report.Verdict, report.Kernel.Release)
	for _, answer := range report.Requirements {
		fmt.Println(answer.Flag, answer.Result, answer.Reason)
	}
}
