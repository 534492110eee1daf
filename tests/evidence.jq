# SPDX-License-Identifier: GPL-2.0-or-later
# What docs/snapshot.schema.json says of evidence, for tests: jq -L tests 'include "evidence"; ...'.

# An object {kind, name, context, state, said} for every cell of the snapshot; said: null where there is none.
def every_cell:
  .evidence as $evidence | (.source.kind == "scanned") as $scanned |
  (.contexts | map({key: .name, value: .}) | from_entries) as $contexts |
  ([.kfuncs[].name] | group_by(.) | map(select(length > 1)[0])) as $twice |
  ((.kfuncs[] | {kind: "kfunc", name: (.name + if IN(.name; $twice[]) then "[\(.module)]" else "" end), cells}),
   (.helpers[] | {kind: "helper", name, cells})) |
  .kind as $kind | .name as $name | .cells | to_entries[] | .key as $context | .value as $state |
  {kind: $kind, name: $name, context: $context, state: $state,
   said: ($evidence["\($kind)/\($name)@\($context)"] // $evidence["\($kind)/\($name)@*:\($state)"] //
     $evidence["\($kind)/*@\($context):\($state)"] //
     ($contexts[$context] | if .state != "ok" and .state == $state and .reason != null
       then {errno, line: .reason, rule: (if $scanned then "predicted" else "context" end)} else null end))};
