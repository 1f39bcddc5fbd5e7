-- Values that the interviewer named right before a passage, and the order in which passages teach most.

CREATE TABLE named_before (
    scoring_id VARCHAR NOT NULL,
    excerpt_id VARCHAR NOT NULL,
    value_id VARCHAR NOT NULL,
    PRIMARY KEY (scoring_id, excerpt_id, value_id)
);
COMMENT ON TABLE named_before IS 'Passages and values that the interviewer named in what they said right before, suggested or not; the score of such a pair is as it is, but it is suggested only where it is among the strongest even so.';

CREATE TABLE reading_orders (
    scoring_id VARCHAR NOT NULL,
    excerpt_id VARCHAR NOT NULL,
    place INTEGER NOT NULL CHECK (place >= 1),
    PRIMARY KEY (scoring_id, excerpt_id),
    UNIQUE (scoring_id, place)
);
COMMENT ON TABLE reading_orders IS 'The order in which excerpts teach most: near the border of what is suggested, and unlike those before them and those read when it was made. Excerpts too short to be suggested have no place.';

-- As before, with a column that says what the interviewer named.
CREATE OR REPLACE VIEW suggestion_list AS
    SELECT e.dataset, e.transcript, e.participant, e.standing, e.start, e."end", e.text,
           v.name AS value, g.rank, g.score,
           substring(e.text, g.evidence_start + 1, g.evidence_end - g.evidence_start) AS evidence_text,
           c.framework, c.framework_version, c.model, c.run_id,
           g.cue, e.kind, e.begins, g.value_id, g.excerpt_id, g.id AS suggestion_id,
           CASE WHEN e.kind <> 'passage' THEN NULL WHEN b.value_id IS NULL THEN 'no' ELSE 'yes' END AS named_by_interviewer
    FROM current_scorings c
    JOIN suggestions g ON g.scoring_id = c.scoring_id
    JOIN excerpt_list e ON e.excerpt_id = g.excerpt_id
    JOIN framework_values v ON v.framework_id = c.framework_id AND v.value_id = g.value_id
    LEFT JOIN named_before b ON b.scoring_id = c.scoring_id AND b.excerpt_id = g.excerpt_id AND b.value_id = g.value_id;
COMMENT ON VIEW suggestion_list IS 'The current suggestions, one row each. score is a similarity, or a probability where something was learned from people''s answers: compare it within one value and scoring only. named_by_interviewer is empty for exchanges.';

CREATE OR REPLACE VIEW export_list AS
    WITH readings AS (
        SELECT excerpt_id, framework, count(DISTINCT coder_id) AS readers, bool_or(outcome = 'nothing here') AS nothing_here
        FROM latest_readings
        WHERE outcome IN ('values', 'nothing here', 'something not on our list')
        GROUP BY excerpt_id, framework
    ), answers AS (
        SELECT c.excerpt_id, c.framework, a.value_id, any_value(v.name) AS value,
               count(*) FILTER (WHERE a.answer = 'yes') AS said_yes, count(*) FILTER (WHERE a.answer = 'no') AS said_no
        FROM latest_readings c
        JOIN coding_answers a ON a.coding_id = c.coding_id
        JOIN known_values v ON v.framework_id = c.framework_id AND v.value_id = a.value_id
        GROUP BY c.excerpt_id, c.framework, a.value_id
    ), pairs AS (
        SELECT excerpt_id, framework, value_id, value FROM suggestion_list
        UNION
        SELECT excerpt_id, framework, value_id, value FROM answers WHERE said_yes > 0
        UNION
        SELECT r.excerpt_id, r.framework, NULL, NULL FROM readings r
        WHERE r.nothing_here
          AND NOT EXISTS (SELECT 1 FROM suggestion_list s WHERE s.excerpt_id = r.excerpt_id AND s.framework = r.framework)
          AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.excerpt_id = r.excerpt_id AND a.framework = r.framework AND a.said_yes > 0)
    )
    SELECT CASE WHEN r.readers IS NULL THEN 'not reviewed' ELSE 'reviewed' END AS review,
           e.dataset, coalesce(p.value, '(no value)') AS value,
           CASE WHEN q.excerpt_id IS NULL THEN e.text ELSE '(may not be quoted)' END AS text,
           CASE WHEN s.suggestion_id IS NULL THEN 'no' ELSE 'yes' END AS suggested,
           CASE WHEN q.excerpt_id IS NULL THEN s.evidence_text END AS evidence_text, s.cue,
           r.readers, a.said_yes, a.said_no,
           e.participant, e.standing, e.transcript,
           CASE WHEN e.begins IS NOT NULL THEN
               printf('%02d:%02d:%02d', (e.begins // 3600)::INTEGER, (e.begins // 60 % 60)::INTEGER, (e.begins % 60 // 1)::INTEGER)
           END AS time,
           e.kind, e.start, e."end", s.rank, s.score, p.framework, s.framework_version, s.model, s.run_id, e.excerpt_id,
           CASE WHEN e.kind <> 'passage' OR p.value_id IS NULL THEN NULL WHEN b.value_id IS NULL THEN 'no' ELSE 'yes' END AS named_by_interviewer
    FROM pairs p
    JOIN excerpt_list e ON e.excerpt_id = p.excerpt_id
    LEFT JOIN readings r ON r.excerpt_id = p.excerpt_id AND r.framework = p.framework
    LEFT JOIN answers a ON a.excerpt_id = p.excerpt_id AND a.framework = p.framework AND a.value_id = p.value_id
    LEFT JOIN suggestion_list s ON s.excerpt_id = p.excerpt_id AND s.framework = p.framework AND s.value_id = p.value_id
    LEFT JOIN unquotable q ON q.excerpt_id = p.excerpt_id
    LEFT JOIN current_scorings c ON c.dataset = e.dataset AND c.framework = p.framework
    LEFT JOIN named_before b ON b.scoring_id = c.scoring_id AND b.excerpt_id = p.excerpt_id AND b.value_id = p.value_id;
COMMENT ON VIEW export_list IS 'Every pair of excerpt and value that was suggested or that a reader saw, and the excerpts of which somebody said that nothing is here and nobody anything else; each person counts once, with what they held last, whatever kind of reading that was; so this is for reading and not for statistics.';
