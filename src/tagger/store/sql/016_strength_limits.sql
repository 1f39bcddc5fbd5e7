-- How strong a match is, is asked for every suggestion that is shown, and never changes once a dataset was compared.

CREATE TABLE scoring_limits (
    scoring_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('passage', 'exchange')),
    value_id VARCHAR NOT NULL,
    n INTEGER NOT NULL CHECK (n >= 1),
    strong FLOAT,
    middling FLOAT,
    weak FLOAT,
    PRIMARY KEY (scoring_id, kind, value_id)
);
COMMENT ON TABLE scoring_limits IS 'The least scores with which an excerpt is among the 1 in 40 (strong), 1 in 20 (middling) and 1 in 10 (weak) of the n of its kind that match a value best in a scoring; NULL where n is too small for one.';

INSERT INTO scoring_limits
    WITH compared AS (
        SELECT s.scoring_id, e.kind, s.scores FROM scores s JOIN excerpts e ON e.id = s.excerpt_id
    ), sizes AS (
        SELECT scoring_id, kind, count(*) AS n FROM compared GROUP BY scoring_id, kind
    )
    SELECT scoring_id, kind, value_id, n, top[n // 40], top[n // 20], top[n // 10]
    FROM (
        SELECT x.scoring_id, x.kind, v.value_id, z.n, max(x.scores[v.position + 1], greatest(z.n // 10, 1)) AS top
        FROM compared x
        JOIN sizes z ON z.scoring_id = x.scoring_id AND z.kind = x.kind
        JOIN scorings c ON c.id = x.scoring_id
        JOIN framework_values v ON v.framework_id = c.framework_id
        GROUP BY x.scoring_id, x.kind, v.value_id, z.n
    );

CREATE OR REPLACE VIEW strength_limits AS
    SELECT c.dataset, c.framework, c.framework_id, c.scoring_id, l.kind, l.value_id, l.n, l.strong, l.middling, l.weak
    FROM current_scorings c JOIN scoring_limits l ON l.scoring_id = c.scoring_id;
COMMENT ON VIEW strength_limits IS 'The least scores with which an excerpt is among the 1 in 40 (strong), 1 in 20 (middling) and 1 in 10 (weak) of the n compared that match a value best; NULL where n is too small for one.';
