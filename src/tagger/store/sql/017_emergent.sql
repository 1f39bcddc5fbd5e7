-- What people read that their list has no word for.

CREATE VIEW unlisted_readings AS
    WITH marked AS (
        SELECT d.coder_id, d.excerpt_id, f.name AS framework, arg_max(d.framework_id, d.number) AS framework_id
        FROM standing_decisions d JOIN frameworks f ON f.id = d.framework_id
        WHERE d.act = 'something not on our list'
        GROUP BY d.coder_id, d.excerpt_id, f.name
    ), found AS (
        SELECT r.coding_id, r.coder_id, r.excerpt_id, r.framework, coalesce(m.framework_id, r.framework_id) AS marked_with,
               r.finished, r.unlisted, a.value_id
        FROM latest_readings r
        LEFT JOIN marked m ON m.coder_id = r.coder_id AND m.excerpt_id = r.excerpt_id AND m.framework = r.framework
        LEFT JOIN coding_answers a ON a.coding_id = r.coding_id AND a.answer = 'yes'
    ), rejected AS (
        SELECT DISTINCT d.coder_id, d.excerpt_id, f.name AS framework, d.value_id
        FROM standing_decisions d JOIN frameworks f ON f.id = d.framework_id
        WHERE d.act = 'reject'
    )
    SELECT u.excerpt_id, u.coder_id, u.coding_id, u.framework, NULL::VARCHAR AS instead_of
    FROM found u
    LEFT JOIN framework_values v ON v.framework_id = u.marked_with AND v.value_id = u.value_id
    WHERE u.unlisted
    GROUP BY ALL
    HAVING bool_and(u.value_id IS NULL OR v.value_id IS NOT NULL)
    UNION ALL
    SELECT DISTINCT o.excerpt_id, o.coder_id, o.coding_id, o.framework, j.value_id
    FROM found o
    JOIN rejected j ON j.coder_id = o.coder_id AND j.excerpt_id = o.excerpt_id AND j.framework = o.framework
    JOIN coding_answers n ON n.coding_id = o.coding_id AND n.value_id = j.value_id AND n.answer = 'no'
    ANTI JOIN suggestions s ON s.excerpt_id = o.excerpt_id AND s.value_id = o.value_id
    WHERE o.finished AND o.value_id IS NOT NULL;
COMMENT ON VIEW unlisted_readings IS 'Where somebody holds that there is something here, not on our list, and has not said since what it is by a value that the list did not have then; and, with instead_of, where somebody rejected that suggestion and found a value that was not suggested.';
