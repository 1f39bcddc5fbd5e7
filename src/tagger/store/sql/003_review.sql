-- What reading in the browser adds: arms, the steps that can be undone, notes, preferences, packs; and their views.

CREATE TABLE arms (
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    excerpt_id VARCHAR NOT NULL,
    arm VARCHAR NOT NULL CHECK (arm IN ('blind', 'assisted')),
    draw_id VARCHAR NOT NULL REFERENCES draws (id),
    stratum VARCHAR NOT NULL,
    probability DOUBLE NOT NULL CHECK (probability > 0 AND probability <= 1),
    place INTEGER NOT NULL CHECK (place >= 0),
    PRIMARY KEY (coder_id, excerpt_id)
);
COMMENT ON TABLE arms IS 'Whether a person reads a passage with or without suggestions: drawn per person and run of adjacent turns, before anything is served. probability is that of the arm drawn; place is the passage''s place in a random order.';

CREATE TABLE wanted_readings (
    excerpt_id VARCHAR PRIMARY KEY,
    wanted INTEGER NOT NULL CHECK (wanted >= 1),
    draw_id VARCHAR NOT NULL REFERENCES draws (id)
);
COMMENT ON TABLE wanted_readings IS 'How many people are to read a passage, drawn per run of adjacent turns.';

CREATE TABLE postponements (
    id UUID PRIMARY KEY,
    serving_id UUID NOT NULL REFERENCES servings (id),
    postponed_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE postponements IS 'A person asked to come back to a passage later: it goes to the end of what is theirs.';

CREATE TABLE decision_sets (
    decision_id UUID PRIMARY KEY REFERENCES decisions (id),
    set_id UUID NOT NULL,
    number BIGINT NOT NULL UNIQUE CHECK (number >= 1)
);
COMMENT ON TABLE decision_sets IS 'The decisions that a person made in one step, which one undo takes back together; number is the order in which decisions were stored, whatever the clock said.';

CREATE TABLE decision_answers (
    decision_id UUID NOT NULL REFERENCES decisions (id),
    value_id VARCHAR NOT NULL,
    answer VARCHAR NOT NULL CHECK (answer IN ('yes', 'no', 'not asked')),
    PRIMARY KEY (decision_id, value_id)
);
COMMENT ON TABLE decision_answers IS 'What a decision to choose values says of each of them; not asked: a mark was taken away.';

CREATE TABLE adjustments (
    decision_id UUID PRIMARY KEY REFERENCES decisions (id),
    child_id VARCHAR NOT NULL
);
COMMENT ON TABLE adjustments IS 'The excerpt with moved borders that an adjust decision made; its parent is the one that was served.';

CREATE TABLE content_notes (
    id UUID PRIMARY KEY,
    transcript_id VARCHAR NOT NULL,
    excerpt_id VARCHAR,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    note VARCHAR NOT NULL USING COMPRESSION uncompressed CHECK (length(note) > 0),
    noted_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE content_notes IS 'What people say a transcript or an excerpt (excerpt_id) touches on, shown before the text to whoever reads it next.';

CREATE TABLE content_note_removals (
    note_id UUID PRIMARY KEY REFERENCES content_notes (id),
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    removed_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE content_note_removals IS 'Content notes that people took away.';

CREATE TABLE preferences (
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    set_at TIMESTAMP NOT NULL,
    PRIMARY KEY (coder_id, name, set_at)
);
COMMENT ON TABLE preferences IS 'How a person likes to read (keys, theme, when to suggest a rest), each change a new row; for nobody else''s eyes.';

CREATE TABLE packs (
    id VARCHAR PRIMARY KEY,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    made_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE packs IS 'Reading packs: servings handed out on paper or as a workbook, which come back through an import.';

CREATE TABLE pack_servings (
    serving_id UUID PRIMARY KEY REFERENCES servings (id),
    pack_id VARCHAR NOT NULL REFERENCES packs (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    UNIQUE (pack_id, number)
);
COMMENT ON TABLE pack_servings IS 'The passages of a reading pack, in its order.';

-- Views -----------------------------------------------------------------------------------------------------------

CREATE VIEW standing_decisions AS
    SELECT d.*, s.set_id, s.number
    FROM decisions d JOIN decision_sets s ON s.decision_id = d.id
    WHERE d.act <> 'undo' AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.undoes = d.id);
COMMENT ON VIEW standing_decisions IS 'Decisions that were not taken back, numbered in the order in which they were stored.';

CREATE OR REPLACE VIEW current_codings AS
    SELECT x.*, f.name AS framework, f.version AS framework_version
    FROM codings x
    JOIN frameworks f ON f.id = x.framework_id
    LEFT JOIN decision_sets s ON s.decision_id = x.decision_id
    WHERE NOT EXISTS (SELECT 1 FROM decisions u WHERE u.undoes = x.decision_id)
    QUALIFY row_number() OVER (PARTITION BY x.coder_id, x.excerpt_id, x.kind, x.made, f.name ORDER BY s.number DESC NULLS LAST, x.coded_at DESC, x.id) = 1;
COMMENT ON VIEW current_codings IS 'The latest coding of each kind, by each person, of each excerpt, that rests on no decision taken back.';

CREATE VIEW readers AS
    SELECT id AS coder_id, name, role, trained_on, added_at,
           'Reader ' || CASE WHEN place <= 26 THEN chr((64 + place)::INTEGER) ELSE place::VARCHAR END AS letter
    FROM (SELECT *, row_number() OVER (ORDER BY added_at, id) AS place FROM coders);
COMMENT ON VIEW readers IS 'People who read, with the letter by which reports and other readers know them.';

CREATE VIEW conclusions AS
    SELECT coder_id, excerpt_id, arg_max(act, number) AS act, arg_max(framework_id, number) AS framework_id,
           max(number) AS number, arg_max(decided_at, number) AS decided_at
    FROM standing_decisions
    WHERE act IN ('done', 'nothing here', 'something not on our list', 'unsure', 'skip')
    GROUP BY coder_id, excerpt_id;
COMMENT ON VIEW conclusions IS 'How each person left each excerpt that they finished or skipped.';

CREATE VIEW live_spans AS
    SELECT p.excerpt_id, l.transcript_id, l.revision_id, p.start, p."end"
    FROM placements p JOIN live_revisions l ON l.revision_id = p.revision_id;
COMMENT ON VIEW live_spans IS 'Where every excerpt of any segmentation lies in the newest text, if it is still there.';

CREATE VIEW shown_on AS
    SELECT d.coder_id, mine.id AS excerpt_id, d.id AS display_id, d.excerpt_id AS shown_excerpt_id, d.shown, d.shown_at
    FROM displays d
    JOIN excerpts theirs ON theirs.id = d.excerpt_id
    JOIN excerpts mine ON mine.transcript_id = theirs.transcript_id
    LEFT JOIN placements a ON a.excerpt_id = theirs.id AND a.revision_id = mine.revision_id
    LEFT JOIN placements b ON b.excerpt_id = mine.id AND b.revision_id = theirs.revision_id
    WHERE (a.start < mine."end" AND a."end" > mine.start)
       OR (b.start < theirs."end" AND b."end" > theirs.start)
       OR (a.excerpt_id IS NULL AND b.excerpt_id IS NULL);
COMMENT ON VIEW shown_on IS 'What was shown to whom on characters that an excerpt shares. Where a text was corrected in between and no revision holds both, they count as sharing.';

CREATE VIEW doubtful_codings AS
    SELECT x.id AS coding_id, x.coder_id, x.excerpt_id, x.kind, s.display_id
    FROM codings x
    JOIN shown_on s ON s.coder_id = x.coder_id AND s.excerpt_id = x.excerpt_id AND s.shown_at <= x.coded_at
    WHERE x.kind IN ('blind', 'own-first');
COMMENT ON VIEW doubtful_codings IS 'Codings stored as made before anything was shown although something was; always empty, or the program is wrong.';

CREATE VIEW waiting_blind AS
    SELECT a.coder_id, a.excerpt_id, s.transcript_id, s.revision_id, s.start, s."end"
    FROM arms a
    JOIN live_spans s ON s.excerpt_id = a.excerpt_id
    LEFT JOIN conclusions c ON c.coder_id = a.coder_id AND c.excerpt_id = a.excerpt_id AND c.act <> 'skip'
    WHERE a.arm = 'blind' AND c.excerpt_id IS NULL;
COMMENT ON VIEW waiting_blind IS 'Passages that a person is still to read without suggestions: nothing may be shown to them on these characters.';

CREATE VIEW strengths AS
    WITH every AS (
        SELECT c.dataset, c.framework, c.framework_id, c.scoring_id, s.excerpt_id, e.kind, v.value_id, s.scores[v.position + 1] AS score
        FROM current_scorings c
        JOIN scores s ON s.scoring_id = c.scoring_id
        JOIN excerpts e ON e.id = s.excerpt_id
        JOIN framework_values v ON v.framework_id = c.framework_id
    ), placed AS (
        SELECT *, rank() OVER (PARTITION BY scoring_id, kind, value_id ORDER BY score DESC)
                  / count(*) OVER (PARTITION BY scoring_id, kind, value_id) AS above
        FROM every
    )
    SELECT *, CASE WHEN above <= 0.025 THEN 'strong' WHEN above <= 0.05 THEN 'middling' WHEN above <= 0.1 THEN 'weak' ELSE 'none' END AS strength
    FROM placed;
COMMENT ON VIEW strengths IS 'How strongly every excerpt matches every value, against the others of its dataset: above is the share of excerpts that match at least as strongly (strong: 1 in 40, middling: 1 in 20, weak: 1 in 10).';

CREATE VIEW blind_rates AS
    SELECT g.framework, g.value_id, g.strength, count(*) AS n, count(*) FILTER (WHERE a.answer = 'yes') AS said_yes,
           count(DISTINCT e.transcript_id) AS transcripts
    FROM current_codings x
    JOIN coding_answers a ON a.coding_id = x.id
    JOIN excerpts e ON e.id = x.excerpt_id
    JOIN strengths g ON g.excerpt_id = x.excerpt_id AND g.framework = x.framework AND g.value_id = a.value_id
    WHERE x.kind = 'blind'
    GROUP BY g.framework, g.value_id, g.strength;
COMMENT ON VIEW blind_rates IS 'How often people who saw no suggestion found a value in passages that match it so strongly; every person''s blind reading counts once.';

CREATE VIEW current_content_notes AS
    SELECT n.id AS note_id, n.transcript_id, n.excerpt_id, n.note, n.coder_id, n.noted_at
    FROM content_notes n
    WHERE n.id NOT IN (SELECT note_id FROM content_note_removals);
COMMENT ON VIEW current_content_notes IS 'Content notes that nobody took away.';

CREATE VIEW current_preferences AS
    SELECT coder_id, name, value FROM preferences
    QUALIFY row_number() OVER (PARTITION BY coder_id, name ORDER BY set_at DESC) = 1;
COMMENT ON VIEW current_preferences IS 'How each person likes to read now.';
