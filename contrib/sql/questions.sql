-- SPDX-License-Identifier: GPL-2.0-or-later
-- Twelve questions to a store of snapshots (kcompat db), for SQLite and PostgreSQL. A name that
-- a kernel does not list is unknown here: kcompat require knows when that proves that the kernel does not have it.

-- 1. On how many hosts can a program of this context call this kfunc, and which one shows it?
SELECT coalesce(c.answer, 'unknown') AS answer, coalesce(c.state, 'not listed') AS state, count(*) AS hosts, min(now.host) AS example
FROM now LEFT JOIN (SELECT kernel, answer, state FROM cell
  WHERE kind = 'kfunc' AND name = 'bpf_dynptr_from_xdp' AND context = 'xdp') c ON c.kernel = now.kernel
GROUP BY 1, 2 ORDER BY 3 DESC, 2;

-- 2. Which kernels do not let it, and what did the verifier say?
SELECT now.release, coalesce(c.state, 'not listed') AS state, c.line, count(*) AS hosts
FROM now LEFT JOIN (SELECT kernel, answer, state, line FROM cell
  WHERE kind = 'helper' AND name = 'bpf_loop' AND context = 'xdp') c ON c.kernel = now.kernel
WHERE coalesce(c.answer, 'unknown') <> 'yes' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1 LIMIT 20;

-- 3. The needs of an agent: how many hosts satisfy all of them, lack one, or cannot say?
WITH need (kind, name, context) AS (VALUES ('map', 'ringbuf', ''), ('map', 'arena', ''), ('helper', 'bpf_loop', 'xdp')),
  got AS (
    SELECT s.kernel, s.kind, s.name, s.answer FROM need n JOIN support s ON s.kind = n.kind AND s.name = n.name WHERE n.context = ''
    UNION ALL SELECT c.kernel, c.kind, c.name, c.answer FROM need n
      JOIN cell c ON c.kind = n.kind AND c.name = n.name AND c.context = n.context),
  verdict AS (
    SELECT k.kernel, sum(CASE WHEN g.answer = 'no' THEN 1 ELSE 0 END) AS missing,
      sum(CASE WHEN coalesce(g.answer, 'unknown') = 'unknown' THEN 1 ELSE 0 END) AS unknown
    FROM (SELECT DISTINCT kernel FROM now) k CROSS JOIN need n
      LEFT JOIN got g ON g.kernel = k.kernel AND g.kind = n.kind AND g.name = n.name GROUP BY k.kernel)
SELECT CASE WHEN missing > 0 THEN 'missing' WHEN unknown > 0 THEN 'unknown' ELSE 'satisfied' END AS verdict,
  count(*) AS hosts, count(DISTINCT release) AS releases, min(host) AS example
FROM now JOIN verdict ON verdict.kernel = now.kernel GROUP BY 1 ORDER BY 2 DESC, 1;

-- 4. Which single need, dropped, lets in the most hosts?
WITH need (kind, name, context) AS (VALUES ('map', 'ringbuf', ''), ('map', 'arena', ''), ('helper', 'bpf_loop', 'xdp')),
  got AS (
    SELECT s.kernel, s.kind, s.name, s.answer FROM need n JOIN support s ON s.kind = n.kind AND s.name = n.name WHERE n.context = ''
    UNION ALL SELECT c.kernel, c.kind, c.name, c.answer FROM need n
      JOIN cell c ON c.kind = n.kind AND c.name = n.name AND c.context = n.context),
  lacks AS (
    SELECT k.kernel, n.kind, n.name FROM (SELECT DISTINCT kernel FROM now) k CROSS JOIN need n
      LEFT JOIN got g ON g.kernel = k.kernel AND g.kind = n.kind AND g.name = n.name WHERE coalesce(g.answer, 'unknown') <> 'yes'),
  alone AS (SELECT kernel, min(kind) AS kind, min(name) AS name FROM lacks GROUP BY kernel HAVING count(*) = 1)
SELECT kind, name, count(*) AS hosts FROM now JOIN alone ON alone.kernel = now.kernel GROUP BY 1, 2 ORDER BY 3 DESC, 2;

-- 5. Hosts that no question tells apart: to probe one of them is to probe all.
SELECT substr(fingerprint, 1, 12) AS fingerprint, count(*) AS hosts, count(DISTINCT release) AS releases,
  min(release) AS release, min(host) AS example FROM now GROUP BY now.fingerprint ORDER BY 2 DESC, 5 LIMIT 10;

-- 6. One release, different answers: which setting is it?
SELECT release, count(DISTINCT fingerprint) AS fingerprints, count(DISTINCT core) AS without_modules,
  count(DISTINCT lockdown) AS lockdowns, count(DISTINCT jit) AS jits, count(DISTINCT lsm) AS lsms,
  count(DISTINCT capabilities) AS capabilities, count(*) AS hosts
FROM now GROUP BY release HAVING count(DISTINCT fingerprint) > 1 ORDER BY 2 DESC, 1 LIMIT 10;

-- 7. What did the last change take from a host?
WITH ordered AS (
    SELECT o.name AS host, a.kernel, s.at, lag(a.kernel) OVER (PARTITION BY o.id ORDER BY s.at) AS before,
      row_number() OVER (PARTITION BY o.id ORDER BY s.at DESC) AS newest
    FROM origin o JOIN seen s ON s.origin = o.id JOIN answers a ON a.id = s.answers WHERE o.kind = 'host'),
  changed AS (SELECT * FROM ordered WHERE newest = 1 AND before IS NOT NULL AND before <> kernel)
SELECT ch.host, s.kind, s.name, s.state AS was, coalesce(t.state, 'not listed') AS is_now
FROM changed ch JOIN support s ON s.kernel = ch.before
  LEFT JOIN support t ON t.kernel = ch.kernel AND t.kind = s.kind AND t.name = s.name
WHERE s.answer = 'yes' AND coalesce(t.answer, 'unknown') <> 'yes' ORDER BY 1, 2, 3 LIMIT 20;

-- 8. Which scanned packages have a kfunc at all, by distribution, machine and flavor?
SELECT k.distribution, k.machine, k.flavor, count(*) AS kernels, min(k.release) AS release
FROM name n JOIN call c ON c.name = n.id JOIN kernel k ON k.id = c.kernel
WHERE n.kind = 'kfunc' AND n.name = 'bpf_dynptr_from_xdp' AND k.source = 'scanned' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2, 3;

-- 9. Built with the BPF LSM, and booted without it.
SELECT o.value, count(*) AS hosts, min(now.host) AS example
FROM now JOIN (SELECT kernel, value FROM option WHERE name = 'CONFIG_BPF_LSM') o ON o.kernel = now.kernel
WHERE coalesce(now.lsm, '') NOT LIKE '%"bpf"%' GROUP BY 1 ORDER BY 1;

-- 10. Which helpers may a program of this context call on every host that answers?
WITH k AS (SELECT DISTINCT now.kernel FROM now JOIN context_of x ON x.kernel = now.kernel AND x.name = 'xdp' AND x.answer = 'yes')
SELECT c.name FROM k JOIN cell c ON c.kernel = k.kernel AND c.kind = 'helper' AND c.context = 'xdp' AND c.answer = 'yes'
GROUP BY c.name HAVING count(*) = (SELECT count(*) FROM k) ORDER BY 1;

-- 11. Predicted otherwise than probed: the same BTF, one context, a yes and a no.
WITH pair AS (SELECT p.id AS probed, q.id AS scanned, p.release FROM kernel p JOIN kernel q ON q.btf_sha256 = p.btf_sha256
    WHERE p.source = 'probed' AND q.source = 'scanned')
SELECT pair.release, a.kind, a.name, a.module, a.state AS probed, b.state AS scanned
FROM pair CROSS JOIN cell a CROSS JOIN cell b
WHERE a.kernel = pair.probed AND a.context = 'iter.s/task' AND b.kernel = pair.scanned AND b.context = a.context
  AND b.kind = a.kind AND b.name = a.name AND b.module = a.module
  AND a.answer <> b.answer AND a.answer IN ('yes', 'no') AND b.answer IN ('yes', 'no') ORDER BY 1, 2, 3, 4 LIMIT 10;

-- 12. Hosts that were not heard of for two weeks before the last one was.
SELECT host, release, until FROM now WHERE until < (SELECT max(until) FROM now) - 14 * 86400 ORDER BY until, host LIMIT 20;
