-- What was learned from people's answers, which of it each framework uses, and which values' suggestions earn their place.

CREATE TABLE learned (
    id VARCHAR PRIMARY KEY,
    framework VARCHAR NOT NULL,
    framework_id VARCHAR NOT NULL,
    model_id VARCHAR NOT NULL,
    seed BIGINT NOT NULL,
    excerpts INTEGER NOT NULL CHECK (excerpts >= 0),
    readers INTEGER NOT NULL CHECK (readers >= 0),
    transcripts INTEGER NOT NULL CHECK (transcripts >= 0),
    card VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE learned IS 'What was learned for one version of a framework: id is a hash of what it was made from, and the folder models/learned/ID holds it. card is JSON: from how much, and how well it does on transcripts that it did not learn from.';

CREATE TABLE learned_codings (
    learned_id VARCHAR NOT NULL,
    coding_id VARCHAR NOT NULL,
    PRIMARY KEY (learned_id, coding_id)
);
COMMENT ON TABLE learned_codings IS 'The codings that something was learned from.';

CREATE TABLE learned_transcripts (
    learned_id VARCHAR NOT NULL,
    transcript_id VARCHAR NOT NULL,
    cluster VARCHAR NOT NULL,
    PRIMARY KEY (learned_id, transcript_id)
);
COMMENT ON TABLE learned_transcripts IS 'The transcripts that something was learned from. cluster is the name that they had for it then, a transcript''s id or that of the only participant who speaks in it: their passages are judged by what was learned without the cluster.';

CREATE TABLE learning_uses (
    framework VARCHAR NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    depth INTEGER NOT NULL CHECK (depth >= 0),
    why VARCHAR NOT NULL CHECK (why IN ('learned', 'learned anew', 'taken back')),
    learned_id VARCHAR,
    run_id VARCHAR NOT NULL,
    used_at TIMESTAMP NOT NULL,
    PRIMARY KEY (framework, number)
);
COMMENT ON TABLE learning_uses IS 'What each framework''s suggestions rest on besides its wording, each change a new row; the highest number counts, and no learned_id means the wording alone. To learn goes one deeper, to take back goes to what the newest row that is one less deep had, and to learn anew for another version of the framework stays as deep.';

CREATE TABLE gates (
    learned_id VARCHAR NOT NULL,
    dataset VARCHAR NOT NULL,
    value_id VARCHAR NOT NULL,
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
    PRIMARY KEY (learned_id, dataset, value_id)
);
COMMENT ON TABLE gates IS 'Whether a value is suggested in a dataset, by passages drawn at random and read without suggestions: how many have an answer (n), in how many of them the value was found, in how many transcripts; the average precision of what was learned and of the best simple way to find the value, and the interval of their difference. A silent value has scores and no suggestions.';

ALTER TABLE scorings ADD COLUMN learned_id VARCHAR;
COMMENT ON TABLE scorings IS 'One comparison of all live excerpts of a dataset with all values of a framework, by one model and one set of settings. learned_id: by what was learned from people''s answers too, so that scores are probabilities; without it, scores are similarities.';

-- Views -----------------------------------------------------------------------------------------------------------

-- As before, with what was learned.
CREATE OR REPLACE VIEW current_scorings AS
    SELECT s.id AS scoring_id, s.dataset, s.framework_id, s.model_id, s.segmentation_id, s.settings, s.run_id, u.number,
           f.name AS framework, f.version AS framework_version, m.name AS model, s.learned_id
    FROM scoring_uses u
    JOIN scorings s ON s.id = u.scoring_id
    JOIN frameworks f ON f.id = s.framework_id
    JOIN models m ON m.id = s.model_id
    QUALIFY row_number() OVER (PARTITION BY u.dataset, u.framework ORDER BY u.number DESC) = 1;
COMMENT ON VIEW current_scorings IS 'The scoring that each dataset uses now, one for each framework.';

CREATE OR REPLACE VIEW newest_scorings AS
    SELECT u.dataset, u.scoring_id, s.framework_id, f.name AS framework, s.model_id, s.segmentation_id, s.learned_id
    FROM scoring_uses u
    JOIN scorings s ON s.id = u.scoring_id
    JOIN frameworks f ON f.id = s.framework_id
    QUALIFY row_number() OVER (PARTITION BY u.dataset ORDER BY u.number DESC) = 1;
COMMENT ON VIEW newest_scorings IS 'The newest scoring of each dataset, of whatever framework: the one whose suggestions people are shown.';

CREATE VIEW current_learning AS
    SELECT u.framework, u.number, u.depth, u.why, u.used_at, l.id AS learned_id, l.framework_id, l.model_id, l.excerpts, l.readers,
           l.transcripts, l.card, l.made_at
    FROM learning_uses u
    LEFT JOIN learned l ON l.id = u.learned_id
    QUALIFY row_number() OVER (PARTITION BY u.framework ORDER BY u.number DESC) = 1;
COMMENT ON VIEW current_learning IS 'What each framework''s suggestions rest on now besides its wording; without learned_id, on the wording alone.';

CREATE VIEW reading_ends AS
    SELECT x.id AS coding_id, arg_max(d.act, d.number) AS act
    FROM current_codings x
    JOIN decision_sets s ON s.decision_id = x.decision_id
    JOIN standing_decisions d ON d.coder_id = x.coder_id AND d.excerpt_id = x.excerpt_id AND d.number <= s.number
    LEFT JOIN frameworks f ON f.id = d.framework_id
    WHERE d.act IN ('done', 'nothing here', 'unsure', 'skip') AND coalesce(f.name, x.framework) = x.framework
    GROUP BY x.id;
COMMENT ON VIEW reading_ends IS 'How the reading of each coding had ended when the coding was stored; what somebody did after they saw the suggestions changes nothing. Readings without a row had not ended, or were brought in.';

CREATE VIEW sole_speakers AS
    SELECT transcript_id, min(participant_id) AS participant
    FROM live_turns
    WHERE evidence
    GROUP BY transcript_id
    HAVING count(DISTINCT participant_id) = 1;
COMMENT ON VIEW sole_speakers IS 'The participant of each transcript in which one alone speaks, beside those who ask.';

CREATE VIEW transcript_clusters AS
    SELECT t.id AS transcript_id, t.dataset, coalesce(p.participant, t.id) AS cluster
    FROM transcripts t LEFT JOIN sole_speakers p ON p.transcript_id = t.id;
COMMENT ON VIEW transcript_clusters IS 'What keeps the words of one source together: the participant where one person alone speaks in a transcript, else the transcript.';

CREATE VIEW gate_list AS
    SELECT n.dataset, n.framework, v.value_id, v.name AS value, v.position, coalesce(g.state, 'untested') AS state,
           coalesce(g.n, 0) AS n, coalesce(g.found, 0) AS found, coalesce(g.transcripts, 0) AS transcripts,
           g.ours, g.baseline_name, g.baseline, g.low, g.high, coalesce(g.reason, 'nothing was learned for it yet') AS reason
    FROM newest_scorings n
    JOIN framework_values v ON v.framework_id = n.framework_id
    LEFT JOIN gates g ON g.learned_id = n.learned_id AND g.dataset = n.dataset AND g.value_id = v.value_id;
COMMENT ON VIEW gate_list IS 'Which values of each dataset are untested, shown or silent, and why, by what its newest suggestions rest on.';
