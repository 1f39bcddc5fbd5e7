-- Changes of a framework that people propose, what took effect, and which versions mean the same by a value.

CREATE TABLE framework_changes (
    id UUID PRIMARY KEY,
    framework VARCHAR NOT NULL,
    base_id VARCHAR NOT NULL REFERENCES frameworks (id),
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    origin VARCHAR NOT NULL CHECK (origin IN ('written', 'list is wrong', 'emergent')),
    made_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE framework_changes IS 'A change of a framework (its name) that somebody proposes: the version that it changes, and whether it was written, came from passages that the list has no word for, or from a group of such passages (emergent). Each round is a row of proposals whose about_id is this id and whose framework_id is the version proposed.';

CREATE TABLE framework_change_excerpts (
    change_id UUID NOT NULL REFERENCES framework_changes (id),
    excerpt_id VARCHAR NOT NULL,
    PRIMARY KEY (change_id, excerpt_id)
);
COMMENT ON TABLE framework_change_excerpts IS 'The excerpts that made somebody propose a change. They are shown to those alone who may see others'' readings of them.';

CREATE TABLE framework_adoptions (
    framework VARCHAR NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    framework_id VARCHAR NOT NULL UNIQUE REFERENCES frameworks (id),
    change_id UUID NOT NULL UNIQUE REFERENCES framework_changes (id),
    proposal_id UUID NOT NULL UNIQUE REFERENCES proposals (id),
    adopted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (framework, number)
);
COMMENT ON TABLE framework_adoptions IS 'The versions of a framework that took effect because the round that proposed them stood: the highest number is what runs use. Who proposed it and why is in proposals, who consented in positions.';

CREATE TABLE framework_meanings (
    framework_id VARCHAR NOT NULL REFERENCES frameworks (id),
    value_id VARCHAR NOT NULL,
    meaning VARCHAR NOT NULL,
    PRIMARY KEY (framework_id, value_id)
);
COMMENT ON TABLE framework_meanings IS 'Of versions that continue an earlier version of the same framework: what names the meaning of each value. Two versions of one framework with the same name for it mean the same by the value.';

CREATE VIEW adopted_frameworks AS
    SELECT framework, number, framework_id, change_id, proposal_id, adopted_at
    FROM framework_adoptions
    QUALIFY row_number() OVER (PARTITION BY framework ORDER BY number DESC) = 1;
COMMENT ON VIEW adopted_frameworks IS 'The version of each framework that runs use because people consented to it. A framework without a row here is used as its file says.';

CREATE VIEW value_meanings AS
    SELECT v.framework_id, v.value_id, f.name AS framework,
           coalesce(m.meaning, CASE WHEN v.meaning_revised THEN 'revised' ELSE '' END) AS meaning
    FROM framework_values v
    JOIN frameworks f ON f.id = v.framework_id
    LEFT JOIN framework_meanings m ON m.framework_id = v.framework_id AND m.value_id = v.value_id;
COMMENT ON VIEW value_meanings IS 'What names the meaning of a value in each version of a framework. Where no earlier version of the same framework is continued, its author says no more than that it is revised.';

CREATE OR REPLACE VIEW other_meanings AS
    SELECT now.framework_id, now.value_id, then_.framework_id AS read_with
    FROM value_meanings now
    JOIN value_meanings then_
      ON then_.framework = now.framework AND then_.value_id = now.value_id AND then_.meaning <> now.meaning;
COMMENT ON VIEW other_meanings IS 'The versions of a framework (read_with) in which a value means something else than in another one (framework_id). What was answered with the one says nothing for the other.';

CREATE VIEW framework_versions AS
    WITH suggested AS (
        SELECT s.framework_id, count(*) AS n FROM suggestions g JOIN scorings s ON s.id = g.scoring_id GROUP BY s.framework_id
    ), decided AS (
        SELECT framework_id, count(*) AS n FROM decisions WHERE framework_id IS NOT NULL GROUP BY framework_id
    ), coded AS (
        SELECT framework_id, count(*) AS n FROM codings GROUP BY framework_id
    ), used AS (
        SELECT framework_id, min(started_at) AS used_at FROM runs GROUP BY framework_id
    )
    SELECT f.id AS framework_id, f.name AS framework, f.version, f.title, a.number AS adopted, a.adopted_at, u.used_at,
           coalesce(s.n, 0) AS suggestions, coalesce(d.n, 0) AS decisions, coalesce(c.n, 0) AS codings
    FROM frameworks f
    LEFT JOIN framework_adoptions a ON a.framework_id = f.id
    LEFT JOIN used u ON u.framework_id = f.id
    LEFT JOIN suggested s ON s.framework_id = f.id
    LEFT JOIN decided d ON d.framework_id = f.id
    LEFT JOIN coded c ON c.framework_id = f.id;
COMMENT ON VIEW framework_versions IS 'Every version of every framework that the study holds: when it was first used in a run, the place it has among those adopted, and how many suggestions, decisions and codings were made with it.';

CREATE VIEW framework_consent_list AS
    WITH asked AS (
        SELECT proposal_id, coder_id FROM proposal_people
        UNION
        SELECT proposal_id::UUID, coder_id FROM current_positions
    )
    SELECT p.id::VARCHAR AS proposal_id, c.id::VARCHAR AS change_id, c.framework, b.version AS base_version,
           f.version AS proposed_version, p.round, c.origin, k.letter AS proposed_by, p.reason AS why,
           p.proposed_at::DATE AS proposed_on, p.answers_by, m.letter AS reader, s.position,
           s.reason AS position_reason, s.stated_at::DATE AS stated_on, a.adopted_at::DATE AS adopted_on
    FROM proposals p
    JOIN framework_changes c ON c.id::VARCHAR = p.about_id
    JOIN frameworks b ON b.id = c.base_id
    JOIN frameworks f ON f.id = p.framework_id
    JOIN readers k ON k.coder_id = p.coder_id
    JOIN asked n ON n.proposal_id = p.id
    JOIN readers m ON m.coder_id = n.coder_id
    LEFT JOIN current_positions s ON s.proposal_id = p.id::VARCHAR AND s.coder_id = n.coder_id
    LEFT JOIN framework_adoptions a ON a.proposal_id = p.id
    WHERE p.about = 'framework';
COMMENT ON VIEW framework_consent_list IS 'Every proposal to change a framework, one row for each person who was asked or answered, with their newest position. Objections and minority views stay whatever took effect.';
