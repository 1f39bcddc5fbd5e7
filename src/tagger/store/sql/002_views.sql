-- What the tables mean, under names that a researcher with a database shell can use.

CREATE VIEW live_revisions AS
    SELECT r.id AS revision_id, r.transcript_id, r.number, r.text, r.text_key, r.content_key, t.dataset, t.source, t.kind, t.language
    FROM revisions r JOIN transcripts t ON t.id = r.transcript_id
    QUALIFY row_number() OVER (PARTITION BY r.transcript_id ORDER BY r.number DESC) = 1;
COMMENT ON VIEW live_revisions IS 'The newest text of each transcript.';

CREATE VIEW speaker_list AS
    SELECT s.id AS speaker_id, s.transcript_id, s.label_key, s.pseudonym, b.asks, b.standing, b.participant_id, b.basis, b.number
    FROM speakers s JOIN speaker_beliefs b ON b.speaker_id = s.id
    QUALIFY row_number() OVER (PARTITION BY s.id ORDER BY b.number DESC) = 1;
COMMENT ON VIEW speaker_list IS 'Speakers with what is believed of them now.';

CREATE VIEW live_turns AS
    SELECT l.transcript_id, l.revision_id, t.position, t.start, t."end", t.begins, t.ends, t.speaker_id,
           s.pseudonym, s.participant_id, s.asks, coalesce(s.standing, ['unknown']) AS standing,
           coalesce(NOT s.asks, true) AS evidence
    FROM live_revisions l
    JOIN turns t ON t.revision_id = l.revision_id
    LEFT JOIN speaker_list s ON s.speaker_id = t.speaker_id;
COMMENT ON VIEW live_turns IS 'The turns of each newest text; evidence is false where the speaker is the one who asks.';

CREATE VIEW live_excerpts AS
    SELECT e.id AS excerpt_id, l.dataset, e.transcript_id, l.revision_id, e.segmentation_id, e.kind, p.start, p."end",
           p.first_turn, p.last_turn, e.text, e.sentence_starts, e.sentence_ends, e.text_key
    FROM excerpts e
    JOIN placements p ON p.excerpt_id = e.id
    JOIN live_revisions l ON l.revision_id = p.revision_id
    WHERE NOT EXISTS (
        SELECT 1 FROM live_turns t
        WHERE t.revision_id = l.revision_id AND t.position BETWEEN p.first_turn AND p.last_turn AND NOT t.evidence
    );
COMMENT ON VIEW live_excerpts IS 'Excerpts as they lie in the newest texts; those in turns that turned out to ask are left out.';

CREATE VIEW current_scorings AS
    SELECT s.id AS scoring_id, s.dataset, s.framework_id, s.model_id, s.segmentation_id, s.settings, s.run_id, u.number,
           f.name AS framework, f.version AS framework_version, m.name AS model
    FROM scoring_uses u
    JOIN scorings s ON s.id = u.scoring_id
    JOIN frameworks f ON f.id = s.framework_id
    JOIN models m ON m.id = s.model_id
    QUALIFY row_number() OVER (PARTITION BY u.dataset, u.framework ORDER BY u.number DESC) = 1;
COMMENT ON VIEW current_scorings IS 'The scoring that each dataset uses now, one for each framework.';

CREATE VIEW current_segmentations AS
    SELECT dataset, arg_max(segmentation_id, number) AS segmentation_id FROM current_scorings GROUP BY dataset;
COMMENT ON VIEW current_segmentations IS 'How each dataset is cut into excerpts now.';

CREATE VIEW excerpt_list AS
    SELECT e.excerpt_id, e.dataset, e.transcript_id AS transcript,
           string_agg(DISTINCT t.participant_id, ' + ' ORDER BY t.participant_id) AS participant,
           array_to_string(list_sort(list_distinct(flatten(list(t.standing)))), ' + ') AS standing,
           e.kind, e.start, e."end", any_value(e.text) AS text, e.segmentation_id, min(t.begins) AS begins
    FROM live_excerpts e
    JOIN live_turns t ON t.revision_id = e.revision_id AND t.position BETWEEN e.first_turn AND e.last_turn
    LEFT JOIN current_segmentations c ON c.dataset = e.dataset
    WHERE e.segmentation_id = coalesce(c.segmentation_id, e.segmentation_id)
    GROUP BY e.excerpt_id, e.dataset, e.transcript_id, e.kind, e.start, e."end", e.segmentation_id;
COMMENT ON VIEW excerpt_list IS 'The excerpts of the current segmentation with who speaks; begins is in seconds where the source has times.';

CREATE VIEW suggestion_list AS
    SELECT e.dataset, e.transcript, e.participant, e.standing, e.start, e."end", e.text,
           v.name AS value, g.rank, g.score,
           substring(e.text, g.evidence_start + 1, g.evidence_end - g.evidence_start) AS evidence_text,
           c.framework, c.framework_version, c.model, c.run_id,
           g.cue, e.kind, e.begins, g.value_id, g.excerpt_id, g.id AS suggestion_id
    FROM current_scorings c
    JOIN suggestions g ON g.scoring_id = c.scoring_id
    JOIN excerpt_list e ON e.excerpt_id = g.excerpt_id
    JOIN framework_values v ON v.framework_id = c.framework_id AND v.value_id = g.value_id;
COMMENT ON VIEW suggestion_list IS 'The current suggestions, one row each. score is a similarity, not a rate: compare it within one value only.';

CREATE VIEW current_codings AS
    SELECT x.*, f.name AS framework, f.version AS framework_version
    FROM codings x JOIN frameworks f ON f.id = x.framework_id
    QUALIFY row_number() OVER (PARTITION BY x.coder_id, x.excerpt_id, x.kind, x.made, f.name ORDER BY x.coded_at DESC, x.id) = 1;
COMMENT ON VIEW current_codings IS 'The latest coding of each kind, by each person, of each excerpt.';

CREATE VIEW coding_list AS
    SELECT x.id AS coding_id, e.dataset, e.transcript_id AS transcript, e.excerpt_id, e.kind AS excerpt_kind, e.start, e."end",
           k.name AS coder, x.kind, x.made, x.matched, x.round, x.outcome, x.framework, x.framework_version,
           a.value_id, v.name AS value, a.answer, x.coded_at
    FROM current_codings x
    JOIN coders k ON k.id = x.coder_id
    JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
    LEFT JOIN coding_answers a ON a.coding_id = x.id
    LEFT JOIN framework_values v ON v.framework_id = x.framework_id AND v.value_id = a.value_id;
COMMENT ON VIEW coding_list IS 'Codings of excerpts that are still there, one row per answer (no answer row: skipped, unsure or not on the list). Filter by kind: kinds are never pooled.';

CREATE VIEW to_reread AS
    SELECT x.id AS coding_id, x.excerpt_id, e.transcript_id AS transcript, e.text AS text_before
    FROM codings x JOIN excerpts e ON e.id = x.excerpt_id
    WHERE NOT EXISTS (SELECT 1 FROM live_excerpts l WHERE l.excerpt_id = x.excerpt_id);
COMMENT ON VIEW to_reread IS 'Codings whose words changed in a newer revision: kept, and waiting to be read again.';

CREATE VIEW run_list AS
    SELECT r.id AS run_id, r.started_at, r.engine, r.dataset, f.name AS framework, f.version AS framework_version,
           m.name AS model, e.seconds, e.counts, e.run_id IS NOT NULL AS finished
    FROM runs r
    LEFT JOIN run_ends e ON e.run_id = r.id
    LEFT JOIN frameworks f ON f.id = r.framework_id
    LEFT JOIN models m ON m.id = r.model_id;
COMMENT ON VIEW run_list IS 'Runs, whether they finished, and what they counted.';

CREATE VIEW unfinished_runs AS
    SELECT r.* FROM run_list r
    WHERE NOT r.finished AND NOT EXISTS (
        SELECT 1 FROM run_list later
        WHERE later.dataset = r.dataset AND later.finished AND later.started_at > r.started_at
    );
COMMENT ON VIEW unfinished_runs IS 'Runs that stopped before their end, and whose work no later run has finished.';

CREATE VIEW workload AS
    WITH suggested AS (
        SELECT dataset, framework, excerpt_id, transcript, any_value(text) AS text, count(*) AS suggestions
        FROM suggestion_list
        GROUP BY dataset, framework, excerpt_id, transcript
    )
    SELECT dataset, framework, count(*) AS excerpts, sum(suggestions) AS suggestions,
           count(DISTINCT transcript) AS transcripts, sum(len(string_split_regex(trim(text), '\s+'))) AS words
    FROM suggested
    GROUP BY dataset, framework;
COMMENT ON VIEW workload IS 'How much reading the current suggestions ask for.';

CREATE VIEW dataset_list AS
    WITH held AS (
        SELECT dataset, count(*) FILTER (WHERE kind = 'passage') AS passages, count(*) FILTER (WHERE kind = 'exchange') AS exchanges,
               count(DISTINCT excerpt_id) FILTER (WHERE excerpt_id IN (SELECT excerpt_id FROM codings)) AS reviewed
        FROM excerpt_list GROUP BY dataset
    ), suggested AS (
        SELECT dataset, count(DISTINCT excerpt_id) AS suggested FROM suggestion_list GROUP BY dataset
    )
    SELECT d.id AS dataset, (SELECT count(*) FROM transcripts t WHERE t.dataset = d.id) AS transcripts,
           coalesce(h.passages, 0) AS passages, coalesce(h.exchanges, 0) AS exchanges,
           coalesce(s.suggested, 0) AS suggested, coalesce(h.reviewed, 0) AS reviewed
    FROM datasets d LEFT JOIN held h ON h.dataset = d.id LEFT JOIN suggested s ON s.dataset = d.id;
COMMENT ON VIEW dataset_list IS 'How much each dataset holds, has suggested, and has been read by people.';

CREATE VIEW current_permissions AS
    SELECT participant_id, may_process, may_quote, withdraw_by
    FROM permissions
    QUALIFY row_number() OVER (PARTITION BY participant_id ORDER BY recorded_at DESC) = 1;
COMMENT ON VIEW current_permissions IS 'What each participant allows now; no row: nothing was recorded, and nothing is held back.';

CREATE VIEW unquotable AS
    SELECT DISTINCT e.excerpt_id
    FROM live_excerpts e
    JOIN live_turns t ON t.revision_id = e.revision_id AND t.position BETWEEN e.first_turn AND e.last_turn
    JOIN current_permissions p ON p.participant_id = t.participant_id
    WHERE NOT p.may_quote;
COMMENT ON VIEW unquotable IS 'Excerpts with words of somebody who may not be quoted.';

CREATE VIEW export_list AS
    WITH readings AS (
        SELECT excerpt_id, framework, count(DISTINCT coder_id) AS readers
        FROM current_codings WHERE outcome IN ('values', 'nothing here') GROUP BY excerpt_id, framework
    ), answers AS (
        SELECT c.excerpt_id, c.framework, a.value_id, any_value(v.name) AS value,
               count(*) FILTER (WHERE a.answer = 'yes') AS said_yes, count(*) FILTER (WHERE a.answer = 'no') AS said_no
        FROM current_codings c
        JOIN coding_answers a ON a.coding_id = c.id
        JOIN framework_values v ON v.framework_id = c.framework_id AND v.value_id = a.value_id
        GROUP BY c.excerpt_id, c.framework, a.value_id
    ), pairs AS (
        SELECT excerpt_id, framework, value_id, value FROM suggestion_list
        UNION
        SELECT excerpt_id, framework, value_id, value FROM answers WHERE said_yes > 0
        UNION
        SELECT r.excerpt_id, r.framework, NULL, NULL FROM readings r
        WHERE NOT EXISTS (SELECT 1 FROM suggestion_list s WHERE s.excerpt_id = r.excerpt_id AND s.framework = r.framework)
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
COMMENT ON VIEW export_list IS 'Every pair of excerpt and value that was suggested or that a reader saw, and the excerpts read with no value; kinds of reading are counted together here, so this is for reading and not for statistics.';
