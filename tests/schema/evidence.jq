# SPDX-License-Identifier: GPL-2.0-or-later
# What docs/schema/snapshot.json says of evidence, for tests: jq -L tests/schema 'include "evidence"; ...'.

# An object {kind, name, context, state, said} for every cell of the snapshot; said: null where there is none.
def every_cell:
  ([.contexts[].name]) as $contexts |
  ([.kfuncs[].name] | group_by(.) | map(select(length > 1)[0])) as $twice |
  [(.kfuncs[] | {kind: "kfuncs", name: (.name + if IN(.name; $twice[]) then "[\(.module)]" else "" end), cells}),
   (.helpers[] | {kind: "helpers", name, cells})] as $rows |
  (reduce $rows[] as $row ({}; .[$row.kind][$row.name] = $row.cells)) as $states |
  (.evidence // {}) as $evidence |
  # KIND, then NAME, then CONTEXT: the first that speaks for a cell stays.
  (reduce (.reasons[]? | . as $said | .cells[] | . + {said: ($said | del(.cells))}) as $group ({};
    (if $group.kfuncs then "kfuncs" else "helpers" end) as $kind |
    ($group[$kind] | if . == ["*"] then $states[$kind] // {} | keys_unsorted else . end) as $names |
    ($group.contexts | if . == ["*"] then $contexts else . end) as $in |
    reduce $names[] as $name (.; reduce $in[] as $context (.;
      $states[$kind][$name][$context] as $state |
      if $state == null or ($group.state // $state) != $state or .[$kind][$name][$context] then . else
        .[$kind][$name][$context] = $group.said end)))) as $all |
  $rows[] | .kind as $kind | .name as $name | .cells | to_entries[] |
  {kind: ($kind | rtrimstr("s")), name: $name, context: .key, state: .value,
   said: ($evidence["\($kind | rtrimstr("s"))/\($name)@\(.key)"] // $all[$kind][$name][.key] | if . == {errno: 0, line: null} then null else . end)};
