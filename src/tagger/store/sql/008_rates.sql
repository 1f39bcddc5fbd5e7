-- What rates rest on, passage by passage, so that they can be told with a range.

CREATE VIEW blind_answers AS
    WITH finished AS (
        SELECT x.id AS coding_id, x.excerpt_id, x.framework
        FROM current_codings x
        JOIN decision_sets s ON s.decision_id = x.decision_id
        JOIN standing_decisions d ON d.coder_id = x.coder_id AND d.excerpt_id = x.excerpt_id AND d.number <= s.number
        JOIN frameworks f ON f.id = d.framework_id AND f.name = x.framework
        WHERE x.kind = 'blind' AND d.act IN ('done', 'nothing here', 'unsure', 'skip')
        GROUP BY x.id, x.excerpt_id, x.framework
        HAVING arg_max(d.act, d.number) IN ('done', 'nothing here')
    )
    SELECT l.dataset, l.framework, l.value_id, x.excerpt_id, e.transcript_id,
           CASE WHEN s.scores[v.position + 1] >= l.strong THEN 'strong' WHEN s.scores[v.position + 1] >= l.middling THEN 'middling'
                WHEN s.scores[v.position + 1] >= l.weak THEN 'weak' ELSE 'none' END AS strength,
           count(*) AS n, count(*) FILTER (WHERE a.answer = 'yes') AS said_yes
    FROM finished x
    JOIN coding_answers a ON a.coding_id = x.coding_id
    JOIN excerpts e ON e.id = x.excerpt_id
    JOIN strength_limits l ON l.framework = x.framework AND l.kind = e.kind AND l.value_id = a.value_id
    JOIN framework_values v ON v.framework_id = l.framework_id AND v.value_id = l.value_id
    JOIN scores s ON s.scoring_id = l.scoring_id AND s.excerpt_id = x.excerpt_id
    WHERE l.kind = 'passage'
    GROUP BY l.dataset, l.framework, l.value_id, x.excerpt_id, e.transcript_id, strength;
COMMENT ON VIEW blind_answers IS 'What people who saw no suggestion, and read to the end of the list, said of each passage and value: how many read it (n), how many of them said yes, and how strongly it matches now.';

-- The same rows as before.
CREATE OR REPLACE VIEW blind_rates AS
    SELECT framework, value_id, strength, sum(n)::BIGINT AS n, sum(said_yes)::BIGINT AS said_yes, count(DISTINCT transcript_id) AS transcripts
    FROM blind_answers
    GROUP BY framework, value_id, strength;
COMMENT ON VIEW blind_rates IS 'How often people who saw no suggestion, and read to the end of the list, found a value in passages that match it so strongly; every person''s blind reading counts once.';
