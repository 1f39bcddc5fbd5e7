-- What people propose together, and where their readings differ.

CREATE TABLE proposals (
    id UUID PRIMARY KEY,
    about VARCHAR NOT NULL CHECK (about IN ('coding', 'framework')),
    about_id VARCHAR NOT NULL,
    framework_id VARCHAR NOT NULL REFERENCES frameworks (id),
    round INTEGER NOT NULL CHECK (round >= 1),
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    outcome VARCHAR CHECK (outcome IN ('values', 'nothing here', 'something not on our list')),
    reason VARCHAR NOT NULL USING COMPRESSION uncompressed,
    answers_by DATE,
    proposed_at TIMESTAMP NOT NULL,
    UNIQUE (about, about_id, round),
    CHECK ((about = 'coding') = (outcome IS NOT NULL))
);
COMMENT ON TABLE proposals IS 'What somebody proposes to the others, round after round: what an excerpt shows (about coding, about_id is the excerpt), or a change of the framework. answers_by: the last day for answers. Positions on it have its id as their about_id.';

CREATE TABLE proposal_people (
    proposal_id UUID NOT NULL REFERENCES proposals (id),
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    PRIMARY KEY (proposal_id, coder_id)
);
COMMENT ON TABLE proposal_people IS 'The people whose answer to a proposal is waited for. Others may state a position too.';

CREATE TABLE proposal_answers (
    proposal_id UUID NOT NULL REFERENCES proposals (id),
    value_id VARCHAR NOT NULL,
    answer VARCHAR NOT NULL CHECK (answer IN ('yes', 'no')),
    PRIMARY KEY (proposal_id, value_id)
);
COMMENT ON TABLE proposal_answers IS 'What a proposal about an excerpt says of each value.';

CREATE VIEW current_positions AS
    SELECT p.about_id AS proposal_id, p.coder_id, p.position, p.reason, p.stated_at
    FROM positions p
    QUALIFY row_number() OVER (PARTITION BY p.about, p.about_id, p.coder_id ORDER BY p.stated_at DESC, p.id) = 1;
COMMENT ON VIEW current_positions IS 'The newest position of each person on each proposal.';

CREATE VIEW differing_readings AS
    WITH held AS (
        SELECT r.coder_id, r.excerpt_id, r.framework, r.coding_id
        FROM latest_readings r
        JOIN readers k ON k.coder_id = r.coder_id AND k.role IS NOT NULL
        WHERE r.finished AND r.outcome IN ('values', 'nothing here', 'something not on our list')
    )
    SELECT e.dataset, h.excerpt_id, h.framework, n.framework_id, a.value_id,
           count(DISTINCT h.coder_id) FILTER (WHERE a.answer = 'yes') AS said_yes,
           count(DISTINCT h.coder_id) FILTER (WHERE a.answer = 'no') AS said_no
    FROM held h
    JOIN coding_answers a ON a.coding_id = h.coding_id
    JOIN live_excerpts e ON e.excerpt_id = h.excerpt_id
    JOIN newest_scorings n ON n.dataset = e.dataset AND n.framework = h.framework
    GROUP BY ALL
    HAVING count(DISTINCT a.answer) = 2;
COMMENT ON VIEW differing_readings IS 'Excerpts and values of which people who read here hold different things now, each with their newest finished reading.';

CREATE VIEW consent_list AS
    WITH own AS (
        SELECT x.coder_id, x.excerpt_id, x.framework,
               arg_max(x.id, coalesce(s.number, 0)) FILTER (WHERE x.round = 'before talk') AS before_id,
               arg_max(x.id, coalesce(s.number, 0)) FILTER (WHERE x.round = 'after talk') AS after_id
        FROM current_codings x LEFT JOIN decision_sets s ON s.decision_id = x.decision_id
        GROUP BY x.coder_id, x.excerpt_id, x.framework
    ), held AS (
        SELECT x.id, x.kind,
               coalesce(string_agg(v.name, '; ' ORDER BY v.position) FILTER (WHERE a.answer = 'yes'), '(' || x.outcome || ')') AS reading
        FROM codings x
        LEFT JOIN coding_answers a ON a.coding_id = x.id
        LEFT JOIN framework_values v ON v.framework_id = x.framework_id AND v.value_id = a.value_id
        GROUP BY x.id, x.kind, x.outcome
    ), proposed AS (
        SELECT p.id, coalesce(string_agg(v.name, '; ' ORDER BY v.position) FILTER (WHERE a.answer = 'yes'), '(' || p.outcome || ')') AS reading
        FROM proposals p
        LEFT JOIN proposal_answers a ON a.proposal_id = p.id
        LEFT JOIN framework_values v ON v.framework_id = p.framework_id AND v.value_id = a.value_id
        GROUP BY p.id, p.outcome
    ), asked AS (
        SELECT proposal_id, coder_id FROM proposal_people
        UNION
        SELECT proposal_id::UUID, coder_id FROM current_positions
    )
    SELECT p.id::VARCHAR AS proposal_id, t.dataset, e.transcript_id AS transcript, p.about_id AS excerpt_id, e.kind,
           CASE WHEN q.excerpt_id IS NULL THEN e.text ELSE '(may not be quoted)' END AS text,
           f.name AS framework, f.version AS framework_version, p.round, r.reading AS proposed, k.letter AS proposed_by,
           p.reason AS why, p.proposed_at::DATE AS proposed_on, p.answers_by,
           m.letter AS reader, b.reading AS own_reading, b.kind AS own_kind, h.reading AS after_talk,
           c.position, c.reason AS position_reason, c.stated_at::DATE AS stated_on
    FROM proposals p
    JOIN proposed r ON r.id = p.id
    JOIN frameworks f ON f.id = p.framework_id
    JOIN excerpts e ON e.id = p.about_id
    JOIN transcripts t ON t.id = e.transcript_id
    JOIN readers k ON k.coder_id = p.coder_id
    JOIN asked n ON n.proposal_id = p.id
    JOIN readers m ON m.coder_id = n.coder_id
    LEFT JOIN current_positions c ON c.proposal_id = p.id::VARCHAR AND c.coder_id = n.coder_id
    LEFT JOIN own o ON o.coder_id = n.coder_id AND o.excerpt_id = p.about_id AND o.framework = f.name
    LEFT JOIN held b ON b.id = o.before_id
    LEFT JOIN held h ON h.id = o.after_id
    LEFT JOIN unquotable q ON q.excerpt_id = p.about_id
    WHERE p.about = 'coding';
COMMENT ON VIEW consent_list IS 'Every proposal about an excerpt, one row for each person who was asked or answered: their own reading from before talk, which stays whatever is agreed, and their newest position.';
