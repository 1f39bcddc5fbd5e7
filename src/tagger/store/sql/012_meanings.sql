-- Answers count for the meaning that they were given for, and each kind of reading judges suggestions in a column of its own.

CREATE VIEW other_meanings AS
    SELECT now.framework_id, now.value_id, then_.framework_id AS read_with
    FROM framework_values now
    JOIN frameworks f ON f.id = now.framework_id
    JOIN frameworks g ON g.name = f.name
    JOIN framework_values then_
      ON then_.framework_id = g.id AND then_.value_id = now.value_id AND then_.meaning_revised <> now.meaning_revised;
COMMENT ON VIEW other_meanings IS 'The versions of a framework (read_with) in which a value means something else than in another one (framework_id): its author says in one of the two alone that the meaning was revised. What was answered with the one says nothing for the other.';

CREATE VIEW unprompted_answers AS
    WITH finished AS (
        SELECT x.id AS coding_id, x.excerpt_id, x.framework, x.framework_id,
               CASE x.kind WHEN 'blind' THEN 'blind' ELSE 'independent' END AS source
        FROM current_codings x
        LEFT JOIN reading_ends r ON r.coding_id = x.id
        WHERE (x.kind = 'blind' AND r.act IN ('done', 'nothing here')) OR (x.kind = 'imported' AND x.made = 'independently' AND x.round = 'before talk')
    )
    SELECT x.source, l.dataset, l.framework, l.value_id, x.excerpt_id, e.transcript_id,
           CASE WHEN s.scores[v.position + 1] >= l.strong THEN 'strong' WHEN s.scores[v.position + 1] >= l.middling THEN 'middling'
                WHEN s.scores[v.position + 1] >= l.weak THEN 'weak' ELSE 'none' END AS strength,
           count(*) AS n, count(*) FILTER (WHERE a.answer = 'yes') AS said_yes
    FROM finished x
    JOIN coding_answers a ON a.coding_id = x.coding_id
    JOIN excerpts e ON e.id = x.excerpt_id
    JOIN strength_limits l ON l.framework = x.framework AND l.kind = e.kind AND l.value_id = a.value_id
    JOIN framework_values v ON v.framework_id = l.framework_id AND v.value_id = l.value_id
    JOIN scores s ON s.scoring_id = l.scoring_id AND s.excerpt_id = x.excerpt_id
    ANTI JOIN other_meanings o ON o.framework_id = l.framework_id AND o.value_id = l.value_id AND o.read_with = x.framework_id
    WHERE l.kind = 'passage'
    GROUP BY x.source, l.dataset, l.framework, l.value_id, x.excerpt_id, e.transcript_id, strength;
COMMENT ON VIEW unprompted_answers IS 'What people who saw no suggestion said of each passage and value, in the meaning that it has now: here, reading to the end of the list (blind), or elsewhere (independent), never added together. How many read it (n), how many of them said yes, and how strongly it matches now.';

-- As before, but for answers to another meaning than that of now.
CREATE OR REPLACE VIEW blind_answers AS
    SELECT * EXCLUDE (source) FROM unprompted_answers WHERE source = 'blind';
COMMENT ON VIEW blind_answers IS 'What people who saw no suggestion here, and read to the end of the list, said of each passage and value, in the meaning that it has now: how many read it (n), how many of them said yes, and how strongly it matches now.';

CREATE OR REPLACE VIEW blind_coverage AS
    WITH said AS (
        SELECT DISTINCT x.excerpt_id, x.framework, x.framework_id, a.value_id
        FROM current_codings x JOIN coding_answers a ON a.coding_id = x.id
        WHERE x.kind = 'blind'
    ), held AS (
        SELECT DISTINCT n.scoring_id, s.excerpt_id, s.value_id
        FROM newest_scorings n
        JOIN said s ON s.framework = n.framework
        ANTI JOIN other_meanings o ON o.framework_id = n.framework_id AND o.value_id = s.value_id AND o.read_with = s.framework_id
    )
    SELECT g.dataset, g.framework, g.value_id, g.strength, count(*) AS passages, count(b.excerpt_id) AS read,
           count(DISTINCT e.transcript_id) AS transcripts,
           count(DISTINCT e.transcript_id) FILTER (WHERE b.excerpt_id IS NOT NULL) AS read_transcripts
    FROM newest_scorings n
    JOIN strengths g ON g.scoring_id = n.scoring_id
    JOIN live_excerpts e ON e.excerpt_id = g.excerpt_id
    LEFT JOIN held b ON b.scoring_id = n.scoring_id AND b.excerpt_id = g.excerpt_id AND b.value_id = g.value_id
    WHERE g.kind = 'passage' AND g.strength <> 'none'
    GROUP BY g.dataset, g.framework, g.value_id, g.strength;
COMMENT ON VIEW blind_coverage IS 'Of the passages that match a value so strongly, in how many somebody who saw no suggestion answered it in the meaning that it has now, and how many transcripts both come from.';

-- Gates -----------------------------------------------------------------------------------------------------------

CREATE TABLE gate_columns (
    learned_id VARCHAR NOT NULL,
    dataset VARCHAR NOT NULL,
    value_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL CHECK (source IN ('blind', 'independent')),
    state VARCHAR NOT NULL CHECK (state IN ('untested', 'shown', 'silent')),
    n INTEGER NOT NULL CHECK (n >= 0),
    found INTEGER NOT NULL CHECK (found BETWEEN 0 AND n),
    transcripts INTEGER NOT NULL CHECK (transcripts >= 0),
    ours DOUBLE,
    baseline_name VARCHAR NOT NULL,
    baseline DOUBLE,
    low DOUBLE,
    high DOUBLE,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (learned_id, dataset, value_id, source)
);
COMMENT ON TABLE gate_columns IS 'Whether a value''s suggestions on passages earn their place in a dataset, by passages drawn at random and read here without suggestions (blind), and by what was coded elsewhere independently, each by itself: how many passages have an answer (n), in how many of them the value was found, in how many transcripts; the average precision of what was learned and of the best simple way to find the value, and the interval of their difference.';

INSERT INTO gate_columns
    SELECT learned_id, dataset, value_id, 'blind', state, n, found, transcripts, ours, baseline_name, baseline, low, high, reason
    FROM gates;

DROP TABLE gates;

CREATE VIEW gates AS
    SELECT * FROM gate_columns
    QUALIFY row_number() OVER (PARTITION BY learned_id, dataset, value_id ORDER BY state = 'untested', source) = 1;
COMMENT ON VIEW gates IS 'Whether a value is suggested on passages of a dataset: the readings made here without suggestions decide, and those made elsewhere independently where the value is untested by the former. A silent value has scores and no suggestions.';

CREATE OR REPLACE VIEW gate_list AS
    SELECT n.dataset, n.framework, v.value_id, v.name AS value, v.position, coalesce(g.state, 'untested') AS state,
           coalesce(g.n, 0) AS n, coalesce(g.found, 0) AS found, coalesce(g.transcripts, 0) AS transcripts,
           g.ours, g.baseline_name, g.baseline, g.low, g.high, coalesce(g.reason, 'nothing was learned for it yet') AS reason,
           'passage' AS kind, g.source
    FROM newest_scorings n
    JOIN framework_values v ON v.framework_id = n.framework_id
    LEFT JOIN gates g ON g.learned_id = n.learned_id AND g.dataset = n.dataset AND g.value_id = v.value_id
    UNION ALL
    SELECT n.dataset, n.framework, v.value_id, v.name, v.position, 'untested', 0, 0, 0, NULL, NULL, NULL, NULL, NULL,
           'nobody reads exchanges without suggestions', 'exchange', NULL
    FROM newest_scorings n
    JOIN framework_values v ON v.framework_id = n.framework_id AND v.unit = 'exchange';
COMMENT ON VIEW gate_list IS 'Which values of each dataset are untested, shown or silent, and why, by what its newest suggestions rest on: on passages each of them, by the readings named in source; on exchanges those that ask for them, which stay untested, since only passages are drawn to be read without suggestions.';
