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

CREATE VIEW transcript_list AS
    SELECT t.id AS transcript_id, t.dataset,
           row_number() OVER (PARTITION BY t.dataset ORDER BY u.started_at NULLS LAST, t.id) AS number
    FROM transcripts t
    LEFT JOIN revisions r ON r.transcript_id = t.id AND r.number = 1
    LEFT JOIN runs u ON u.id = r.run_id;
COMMENT ON VIEW transcript_list IS 'Transcripts with the numbers by which people know them: 1 for the first of its dataset to be imported. A later import does not change those of an earlier one.';

CREATE VIEW newest_scorings AS
    SELECT u.dataset, u.scoring_id, s.framework_id, f.name AS framework, s.model_id, s.segmentation_id
    FROM scoring_uses u
    JOIN scorings s ON s.id = u.scoring_id
    JOIN frameworks f ON f.id = s.framework_id
    QUALIFY row_number() OVER (PARTITION BY u.dataset ORDER BY u.number DESC) = 1;
COMMENT ON VIEW newest_scorings IS 'The newest scoring of each dataset, of whatever framework: the one whose suggestions people are shown.';

CREATE VIEW standing_decisions AS
    SELECT d.*, s.set_id, s.number
    FROM decisions d
    JOIN decision_sets s ON s.decision_id = d.id
    ANTI JOIN decisions u ON u.undoes = d.id
    WHERE d.act <> 'undo';
COMMENT ON VIEW standing_decisions IS 'Decisions that were not taken back, numbered in the order in which they were stored.';

CREATE OR REPLACE VIEW current_codings AS
    SELECT x.*, f.name AS framework, f.version AS framework_version
    FROM codings x
    JOIN frameworks f ON f.id = x.framework_id
    LEFT JOIN decision_sets s ON s.decision_id = x.decision_id
    ANTI JOIN decisions u ON u.undoes = x.decision_id
    QUALIFY row_number() OVER (PARTITION BY x.coder_id, x.excerpt_id, x.kind, x.made, f.name ORDER BY s.number DESC NULLS LAST, x.coded_at DESC, x.id) = 1;
COMMENT ON VIEW current_codings IS 'The latest coding of each kind, by each person, of each excerpt, that rests on no decision taken back.';

CREATE VIEW known_values AS
    SELECT framework_id, value_id, name, position FROM framework_values
    UNION ALL
    SELECT f.id, v.value_id, arg_max(v.name, g.version), 10000 + min(v.position)
    FROM frameworks f
    JOIN frameworks g ON g.name = f.name AND g.id <> f.id
    JOIN framework_values v ON v.framework_id = g.id
    ANTI JOIN framework_values own ON own.framework_id = f.id AND own.value_id = v.value_id
    GROUP BY f.id, v.value_id;
COMMENT ON VIEW known_values IS 'The values of each version of a framework, and after them those that only other versions have: what was said of these is still held.';

CREATE VIEW readers AS
    SELECT id AS coder_id, name, role, trained_on, added_at,
           'Reader ' || CASE WHEN place <= 26 THEN chr((64 + place)::INTEGER) ELSE place::VARCHAR END AS letter
    FROM (SELECT *, row_number() OVER (ORDER BY added_at, id) AS place FROM coders);
COMMENT ON VIEW readers IS 'People who read, with the letter by which reports and other readers know them.';

CREATE VIEW conclusions AS
    SELECT coder_id, excerpt_id, arg_max(act, number) AS act, arg_max(framework_id, number) AS framework_id,
           max(number) AS number, arg_max(decided_at, number) AS decided_at
    FROM standing_decisions
    WHERE act IN ('done', 'nothing here', 'unsure', 'skip')
    GROUP BY coder_id, excerpt_id;
COMMENT ON VIEW conclusions IS 'How each person left each excerpt that they finished or skipped.';

CREATE VIEW latest_readings AS
    WITH ends AS (
        SELECT d.coder_id, d.excerpt_id, f.name AS framework,
               arg_max(d.act, d.number) FILTER (WHERE d.act <> 'something not on our list') AS act,
               coalesce(max(d.number) FILTER (WHERE d.act = 'something not on our list'), 0)
               > coalesce(max(d.number) FILTER (WHERE d.act IN ('nothing here', 'unsure', 'skip')), 0) AS unlisted
        FROM standing_decisions d JOIN frameworks f ON f.id = d.framework_id
        WHERE d.act IN ('done', 'nothing here', 'something not on our list', 'unsure', 'skip')
        GROUP BY d.coder_id, d.excerpt_id, f.name
    ), newest AS (
        SELECT x.id AS coding_id, x.coder_id, x.excerpt_id, x.framework_id, f.name AS framework, x.kind, x.made, x.outcome
        FROM codings x
        JOIN frameworks f ON f.id = x.framework_id
        LEFT JOIN decision_sets s ON s.decision_id = x.decision_id
        ANTI JOIN decisions u ON u.undoes = x.decision_id
        QUALIFY row_number() OVER (PARTITION BY x.coder_id, x.excerpt_id, f.name ORDER BY s.number DESC NULLS LAST, x.coded_at DESC, x.id) = 1
    ), told AS (
        SELECT n.*, n.kind = 'imported' OR n.outcome IN ('unsure', 'skipped')
                    OR coalesce(e.act IN ('done', 'nothing here'), false) AS finished,
               n.outcome = 'something not on our list' OR coalesce(e.unlisted, false) AS unlisted
        FROM newest n
        LEFT JOIN ends e ON e.coder_id = n.coder_id AND e.excerpt_id = n.excerpt_id AND e.framework = n.framework
    )
    SELECT * FROM told
    WHERE finished OR outcome <> 'values' OR EXISTS (SELECT 1 FROM coding_answers a WHERE a.coding_id = told.coding_id);
COMMENT ON VIEW latest_readings IS 'What each person holds of each excerpt now, by framework: their newest coding, of whatever kind, and whether they finished. A reading whose marks were all taken away again is none.';

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

-- Servings count beside arms, since an audit's sample is handed out blind without one; a passage that is no longer cut in
-- the current way is not handed out and so does not wait.
CREATE VIEW blind_passages AS
    SELECT b.coder_id, b.excerpt_id, s.transcript_id, s.revision_id, s.start, s."end", d.excerpt_id IS NULL AS waits
    FROM (
        SELECT coder_id, excerpt_id FROM arms WHERE arm = 'blind'
        UNION
        SELECT coder_id, excerpt_id FROM servings WHERE arm = 'blind'
    ) b
    JOIN live_spans s ON s.excerpt_id = b.excerpt_id
    JOIN excerpts e ON e.id = b.excerpt_id
    JOIN transcripts t ON t.id = e.transcript_id
    LEFT JOIN newest_scorings c ON c.dataset = t.dataset
    LEFT JOIN conclusions d ON d.coder_id = b.coder_id AND d.excerpt_id = b.excerpt_id AND d.act <> 'skip'
    WHERE e.segmentation_id = coalesce(c.segmentation_id, e.segmentation_id);
COMMENT ON VIEW blind_passages IS 'Passages that a person reads without suggestions, drawn so or handed out so; waits is false once they have read it.';

CREATE VIEW waiting_blind AS
    SELECT coder_id, excerpt_id, transcript_id, revision_id, start, "end" FROM blind_passages WHERE waits;
COMMENT ON VIEW waiting_blind IS 'Passages that a person is still to read without suggestions: nothing may be shown to them on these characters.';

CREATE VIEW strength_limits AS
    WITH compared AS (
        SELECT c.dataset, c.framework, c.framework_id, c.scoring_id, e.kind, s.scores
        FROM current_scorings c
        JOIN scores s ON s.scoring_id = c.scoring_id
        JOIN excerpts e ON e.id = s.excerpt_id
    ), sizes AS (
        SELECT scoring_id, kind, count(*) AS n FROM compared GROUP BY scoring_id, kind
    )
    SELECT dataset, framework, framework_id, scoring_id, kind, value_id, n,
           top[n // 40] AS strong, top[n // 20] AS middling, top[n // 10] AS weak
    FROM (
        SELECT x.dataset, x.framework, x.framework_id, x.scoring_id, x.kind, v.value_id, z.n,
               max(x.scores[v.position + 1], greatest(z.n // 10, 1)) AS top
        FROM compared x
        JOIN sizes z ON z.scoring_id = x.scoring_id AND z.kind = x.kind
        JOIN framework_values v ON v.framework_id = x.framework_id
        GROUP BY x.dataset, x.framework, x.framework_id, x.scoring_id, x.kind, v.value_id, z.n
    );
COMMENT ON VIEW strength_limits IS 'The least scores with which an excerpt is among the 1 in 40 (strong), 1 in 20 (middling) and 1 in 10 (weak) of the n compared that match a value best; NULL where n is too small for one.';

CREATE VIEW strengths AS
    SELECT l.dataset, l.framework, l.framework_id, l.scoring_id, s.excerpt_id, l.kind, l.value_id, s.scores[v.position + 1] AS score,
           CASE WHEN score >= l.strong THEN 'strong' WHEN score >= l.middling THEN 'middling' WHEN score >= l.weak THEN 'weak' ELSE 'none' END AS strength
    FROM strength_limits l
    JOIN framework_values v ON v.framework_id = l.framework_id AND v.value_id = l.value_id
    JOIN scores s ON s.scoring_id = l.scoring_id
    JOIN excerpts e ON e.id = s.excerpt_id AND e.kind = l.kind;
COMMENT ON VIEW strengths IS 'How strongly every excerpt matches every value, against the others of its dataset: by the share of excerpts that stand as high or higher (strong: 1 in 40, middling: 1 in 20, weak: 1 in 10).';

CREATE VIEW blind_rates AS
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
    SELECT l.framework, l.value_id,
           CASE WHEN s.scores[v.position + 1] >= l.strong THEN 'strong' WHEN s.scores[v.position + 1] >= l.middling THEN 'middling'
                WHEN s.scores[v.position + 1] >= l.weak THEN 'weak' ELSE 'none' END AS strength,
           count(*) AS n, count(*) FILTER (WHERE a.answer = 'yes') AS said_yes, count(DISTINCT e.transcript_id) AS transcripts
    FROM finished x
    JOIN coding_answers a ON a.coding_id = x.coding_id
    JOIN excerpts e ON e.id = x.excerpt_id
    JOIN strength_limits l ON l.framework = x.framework AND l.kind = e.kind AND l.value_id = a.value_id
    JOIN framework_values v ON v.framework_id = l.framework_id AND v.value_id = l.value_id
    JOIN scores s ON s.scoring_id = l.scoring_id AND s.excerpt_id = x.excerpt_id
    WHERE l.kind = 'passage'
    GROUP BY 1, 2, 3;
COMMENT ON VIEW blind_rates IS 'How often people who saw no suggestion, and read to the end of the list, found a value in passages that match it so strongly; every person''s blind reading counts once.';

CREATE VIEW blind_coverage AS
    WITH said AS (
        SELECT DISTINCT x.excerpt_id, x.framework, a.value_id
        FROM current_codings x JOIN coding_answers a ON a.coding_id = x.id
        WHERE x.kind = 'blind'
    )
    SELECT g.dataset, g.framework, g.value_id, g.strength, count(*) AS passages, count(b.excerpt_id) AS read,
           count(DISTINCT e.transcript_id) AS transcripts,
           count(DISTINCT e.transcript_id) FILTER (WHERE b.excerpt_id IS NOT NULL) AS read_transcripts
    FROM newest_scorings n
    JOIN strengths g ON g.scoring_id = n.scoring_id
    JOIN live_excerpts e ON e.excerpt_id = g.excerpt_id
    LEFT JOIN said b ON b.excerpt_id = g.excerpt_id AND b.framework = g.framework AND b.value_id = g.value_id
    WHERE g.kind = 'passage' AND g.strength <> 'none'
    GROUP BY g.dataset, g.framework, g.value_id, g.strength;
COMMENT ON VIEW blind_coverage IS 'Of the passages that match a value so strongly, in how many somebody who saw no suggestion answered it, and how many transcripts both come from.';

CREATE VIEW current_content_notes AS
    SELECT n.id AS note_id, n.transcript_id, n.excerpt_id, n.note, n.coder_id, n.noted_at
    FROM content_notes n ANTI JOIN content_note_removals r ON r.note_id = n.id;
COMMENT ON VIEW current_content_notes IS 'Content notes that nobody took away.';

CREATE VIEW current_preferences AS
    SELECT coder_id, name, value FROM preferences
    QUALIFY row_number() OVER (PARTITION BY coder_id, name ORDER BY set_at DESC) = 1;
COMMENT ON VIEW current_preferences IS 'How each person likes to read now.';

-- Views of before, now that people read here and move borders ------------------------------------------------------

-- The same rows as before; joins, since a window over all rows takes longer than what people wait for on a page.
CREATE OR REPLACE VIEW live_revisions AS
    SELECT r.id AS revision_id, r.transcript_id, r.number, r.text, r.text_key, r.content_key, t.dataset, t.source, t.kind, t.language
    FROM revisions r
    JOIN transcripts t ON t.id = r.transcript_id
    ANTI JOIN revisions later ON later.transcript_id = r.transcript_id AND later.number > r.number;
COMMENT ON VIEW live_revisions IS 'The newest text of each transcript.';

CREATE OR REPLACE VIEW speaker_list AS
    SELECT s.id AS speaker_id, s.transcript_id, s.label_key, s.pseudonym, b.asks, b.standing, b.participant_id, b.basis, b.number
    FROM speakers s
    JOIN speaker_beliefs b ON b.speaker_id = s.id
    ANTI JOIN speaker_beliefs later ON later.speaker_id = b.speaker_id AND later.number > b.number;
COMMENT ON VIEW speaker_list IS 'Speakers with what is believed of them now.';

CREATE OR REPLACE VIEW live_excerpts AS
    SELECT e.id AS excerpt_id, l.dataset, e.transcript_id, l.revision_id, e.segmentation_id, e.kind, p.start, p."end",
           p.first_turn, p.last_turn, e.text, e.sentence_starts, e.sentence_ends, e.text_key
    FROM excerpts e
    JOIN placements p ON p.excerpt_id = e.id
    JOIN live_revisions l ON l.revision_id = p.revision_id
    ANTI JOIN (
        SELECT t.revision_id, t.position FROM turns t JOIN speaker_list s ON s.speaker_id = t.speaker_id WHERE s.asks
    ) t ON t.revision_id = p.revision_id AND t.position BETWEEN p.first_turn AND p.last_turn;
COMMENT ON VIEW live_excerpts IS 'Excerpts as they lie in the newest texts; those in turns that turned out to ask are left out.';

CREATE OR REPLACE VIEW excerpt_list AS
    SELECT e.excerpt_id, e.dataset, e.transcript_id AS transcript,
           string_agg(DISTINCT t.participant_id, ' + ' ORDER BY t.participant_id) AS participant,
           array_to_string(list_sort(list_distinct(flatten(list(t.standing)))), ' + ') AS standing,
           e.kind, e.start, e."end", any_value(e.text) AS text, e.segmentation_id, min(t.begins) AS begins
    FROM live_excerpts e
    JOIN live_turns t ON t.revision_id = e.revision_id AND t.position BETWEEN e.first_turn AND e.last_turn
    LEFT JOIN current_segmentations c ON c.dataset = e.dataset
    WHERE e.segmentation_id = coalesce(c.segmentation_id, e.segmentation_id) AND e.segmentation_id <> 'adjusted'
    GROUP BY e.excerpt_id, e.dataset, e.transcript_id, e.kind, e.start, e."end", e.segmentation_id;
COMMENT ON VIEW excerpt_list IS 'The excerpts of the current segmentation with who speaks, without those whose borders people moved; begins is in seconds where the source has times.';

CREATE OR REPLACE VIEW dataset_list AS
    WITH said AS (
        SELECT excerpt_id FROM latest_readings WHERE outcome <> 'skipped'
    ), held AS (
        SELECT dataset, count(*) FILTER (WHERE kind = 'passage') AS passages, count(*) FILTER (WHERE kind = 'exchange') AS exchanges,
               count(DISTINCT excerpt_id) FILTER (WHERE excerpt_id IN (SELECT excerpt_id FROM said)) AS reviewed
        FROM excerpt_list GROUP BY dataset
    ), suggested AS (
        SELECT dataset, count(DISTINCT excerpt_id) AS suggested FROM suggestion_list GROUP BY dataset
    )
    SELECT d.id AS dataset, (SELECT count(*) FROM transcripts t WHERE t.dataset = d.id) AS transcripts,
           coalesce(h.passages, 0) AS passages, coalesce(h.exchanges, 0) AS exchanges,
           coalesce(s.suggested, 0) AS suggested, coalesce(h.reviewed, 0) AS reviewed
    FROM datasets d LEFT JOIN held h ON h.dataset = d.id LEFT JOIN suggested s ON s.dataset = d.id;
COMMENT ON VIEW dataset_list IS 'How much each dataset holds, has suggested, and has been read by people; what was skipped, or left without a word, does not count as read.';

CREATE OR REPLACE VIEW coding_list AS
    SELECT x.id AS coding_id, e.dataset, e.transcript_id AS transcript, e.excerpt_id, e.kind AS excerpt_kind, e.start, e."end",
           CASE WHEN k.role IS NULL THEN k.name ELSE k.letter END AS coder, x.kind, x.made, x.matched, x.round, x.outcome,
           x.framework, x.framework_version, a.value_id, v.name AS value, a.answer, x.coded_at::DATE AS coded_on
    FROM current_codings x
    JOIN readers k ON k.coder_id = x.coder_id
    JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
    LEFT JOIN coding_answers a ON a.coding_id = x.id
    LEFT JOIN known_values v ON v.framework_id = x.framework_id AND v.value_id = a.value_id;
COMMENT ON VIEW coding_list IS 'Codings of excerpts that are still there, one row per answer (no answer row: skipped, unsure or not on the list). Those who read here go by their letter, coders of imported codings by the name in their table. Filter by kind: kinds are never pooled.';

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
           e.kind, e.start, e."end", s.rank, s.score, p.framework, s.framework_version, s.model, s.run_id, e.excerpt_id
    FROM pairs p
    JOIN excerpt_list e ON e.excerpt_id = p.excerpt_id
    LEFT JOIN readings r ON r.excerpt_id = p.excerpt_id AND r.framework = p.framework
    LEFT JOIN answers a ON a.excerpt_id = p.excerpt_id AND a.framework = p.framework AND a.value_id = p.value_id
    LEFT JOIN suggestion_list s ON s.excerpt_id = p.excerpt_id AND s.framework = p.framework AND s.value_id = p.value_id
    LEFT JOIN unquotable q ON q.excerpt_id = p.excerpt_id;
COMMENT ON VIEW export_list IS 'Every pair of excerpt and value that was suggested or that a reader saw, and the excerpts of which somebody said that nothing is here and nobody anything else; each person counts once, with what they held last, whatever kind of reading that was; so this is for reading and not for statistics.';
