#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The manifests of contrib/kubernetes by the rules of the API's schemas for what they use, and against each other.
usage: kubernetes.py SCRATCH: writes the requirements, the words of the commands and the labels that are asked for"""

import os
import pathlib
import re
import sys

import yaml

SCRATCH = pathlib.Path(sys.argv[1])
NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
QUANTITY = re.compile(r"[0-9]+(m|Ki|Mi|Gi)?")
KINDS = {"Namespace": "v1", "ConfigMap": "v1", "DaemonSet": "apps/v1", "Job": "batch/v1",
         "NodeFeatureRule": "nfd.k8s-sigs.io/v1alpha1"}
VOLUMES = {"hostPath": {"path", "type"}, "configMap": {"name"}, "persistentVolumeClaim": {"claimName", "readOnly"}, "emptyDir": set()}
CONTAINER = set("name image command workingDir securityContext resources volumeMounts".split())
POD = set("automountServiceAccountToken nodeSelector tolerations initContainers containers volumes restartPolicy".split())


def known(value, keys):
    assert set(value) <= set(keys), set(value) - set(keys)


def check_container(container, volumes):
    known(container, CONTAINER)
    assert NAME.fullmatch(container["name"]) and container["image"]
    assert all(isinstance(word, str) for word in container.get("command", []))
    context = container.get("securityContext", {})
    known(context, "runAsNonRoot runAsUser allowPrivilegeEscalation readOnlyRootFilesystem capabilities seccompProfile".split())
    known(context.get("capabilities", {}), {"add", "drop"})
    assert context.get("seccompProfile", {"type": "RuntimeDefault"})["type"] in ("RuntimeDefault", "Unconfined")
    for part in container["resources"].values():
        known(part, {"cpu", "memory"})
        assert all(isinstance(value, str) and QUANTITY.fullmatch(value) for value in part.values()), part
    mounts = [mount["name"] for mount in container.get("volumeMounts", [])]
    assert set(mounts) <= volumes and len(set(mounts)) == len(mounts)
    assert all(mount["mountPath"].startswith("/") for mount in container.get("volumeMounts", []))


def check_pod(pod):
    known(pod, POD)
    for volume in pod["volumes"]:
        (kind,) = set(volume) - {"name"}
        known(volume[kind], VOLUMES[kind])
    names = {volume["name"] for volume in pod["volumes"]}
    containers = pod.get("initContainers", []) + pod["containers"]
    for container in containers:
        check_container(container, names)
    mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts", [])}
    assert mounted == names, "a volume that nobody mounts"


def check_daemonset(spec):
    known(spec, {"selector", "updateStrategy", "template"})
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"].items() <= labels.items()
    check_pod(spec["template"]["spec"])
    assert spec["template"]["spec"].get("restartPolicy", "Always") == "Always"


def check_job(spec):
    known(spec, "completionMode completions parallelism backoffLimitPerIndex maxFailedIndexes podFailurePolicy template".split())
    assert spec["completionMode"] == "Indexed" and spec["parallelism"] <= spec["completions"]
    pod = spec["template"]["spec"]
    check_pod(pod)
    # A policy of failures needs it.
    assert pod["restartPolicy"] == "Never"
    for rule in spec["podFailurePolicy"]["rules"]:
        assert rule["action"] in ("FailIndex", "FailJob", "Ignore", "Count")
        assert ("onExitCodes" in rule) != ("onPodConditions" in rule)
        if "onExitCodes" in rule:
            codes = rule["onExitCodes"]
            assert codes["containerName"] in [container["name"] for container in pod["containers"]]
            assert codes["operator"] in ("In", "NotIn") and codes["values"] and 0 not in codes["values"]


# What the published CRD of NodeFeatureRule has (deployment/base/nfd-crds of node-feature-discovery).
RULE = set("name annotations labels labelsTemplate vars varsTemplate extendedResources taints matchFeatures matchAny".split())
OPERATORS = set("In NotIn InRegexp Exists DoesNotExist Gt Ge Lt Le GtLt GeLe IsTrue IsFalse".split())


def check_matcher(matcher):
    known(matcher, {"feature", "matchExpressions", "matchName"})
    assert isinstance(matcher["feature"], str)
    for expression in list(matcher.get("matchExpressions", {}).values()) + [matcher.get("matchName", {"op": "Exists"})]:
        known(expression, {"op", "value", "type"})
        assert expression["op"] in OPERATORS
        assert all(isinstance(value, str) for value in expression.get("value", [])), "a value that is no string"


def check_crd(document, path):
    """By the CRD itself, where somebody has it: NFD_CRD=nfd-api-crds.yaml. A key that it does not have is a mistake."""
    import jsonschema

    def strict(schema):
        if isinstance(schema, list):
            return [strict(part) for part in schema]
        if not isinstance(schema, dict):
            return schema
        closed = {"additionalProperties": False} if "properties" in schema else {}
        return closed | {key: strict(part) for key, part in schema.items()}

    (crd,) = [one for one in yaml.safe_load_all(pathlib.Path(path).read_text()) if one and one["spec"]["names"]["kind"] == document["kind"]]
    (version,) = [one for one in crd["spec"]["versions"] if f"{crd['spec']['group']}/{one['name']}" == document["apiVersion"]]
    schema = strict(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    jsonschema.Draft7Validator(schema).validate(document)


def check_rule(spec):
    known(spec, {"rules"})
    for rule in spec["rules"]:
        assert rule["name"]
        known(rule, RULE)
        for matcher in rule["matchFeatures"] + [one for any_of in rule.get("matchAny", []) for one in any_of["matchFeatures"]]:
            check_matcher(matcher)
        for taint in rule["taints"]:
            known(taint, {"key", "value", "effect"})
            assert taint["key"].startswith("feature.node.kubernetes.io/") and taint["effect"] in ("NoSchedule", "PreferNoSchedule", "NoExecute")
        for match in rule["matchFeatures"]:
            assert match["feature"] in ("local.label", "local.feature")
            for label, expression in match["matchExpressions"].items():
                assert expression["op"] in ("In", "NotIn", "Exists", "DoesNotExist")
                assert all(value in ("yes", "no", "unknown") for value in expression["value"])
                with open(SCRATCH / "labels", "a") as labels:
                    print(label, file=labels)


objects = {}
for path in sorted(pathlib.Path("contrib/kubernetes").glob("*.yaml")):
    for document in yaml.safe_load_all(path.read_text()):
        assert document["apiVersion"] == KINDS[document["kind"]], path
        assert NAME.fullmatch(document["metadata"]["name"]), path
        objects[document["kind"]] = document
assert set(objects) == set(KINDS)
for kind in ("ConfigMap", "DaemonSet", "Job"):
    assert objects[kind]["metadata"]["namespace"] == objects["Namespace"]["metadata"]["name"]
check_daemonset(objects["DaemonSet"]["spec"])
check_job(objects["Job"]["spec"])
check_rule(objects["NodeFeatureRule"]["spec"])
if "NFD_CRD" in os.environ:
    check_crd(objects["NodeFeatureRule"], os.environ["NFD_CRD"])
pod = objects["DaemonSet"]["spec"]["template"]["spec"]
(volume,) = [volume for volume in pod["volumes"] if "configMap" in volume]
assert volume["configMap"]["name"] == objects["ConfigMap"]["metadata"]["name"]
(SCRATCH / "agent.req").write_text(objects["ConfigMap"]["data"]["agent.req"])
(SCRATCH / "report").write_text("\n".join(pod["initContainers"][0]["command"]) + "\n")
(SCRATCH / "scan").write_text(objects["Job"]["spec"]["template"]["spec"]["containers"][0]["command"][2] + "\n")
