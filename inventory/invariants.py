"""What must always hold, as queries that must return no row."""

from dataclasses import dataclass

# I1, for all levels at once and in one statement, so that it reads one instant: the versions of a
# level's movements run 1, 2, 3 without a gap, each balance-after is right, and the sum of all
# changes is the balance. From the marks on, or (`full`) from the beginning. What is proved is
# marked, what is not loses its mark, so that the next run looks at it from the start again.
PROVE_LEVELS = """
    WITH target AS MATERIALIZED (
        SELECT level.id, level.item_id, level.location_id, level.version, level.on_hand,
               level.allocated, level.held, level.unavailable,
               coalesce(mark.version, 0) AS from_version,
               coalesce(mark.on_hand, 0) AS from_on_hand,
               coalesce(mark.allocated, 0) AS from_allocated,
               coalesce(mark.held, 0) AS from_held,
               coalesce(mark.unavailable, 0) AS from_unavailable
        FROM inventory_stocklevel AS level
        LEFT JOIN inventory_ledgermark AS mark ON mark.level_id = level.id AND NOT %(full)s
    ),
    line AS (
        SELECT target.id AS level_id,
               movement.on_hand_delta,
               movement.version = from_version + row_number() OVER chain AS in_order,
               (movement.on_hand_after, movement.allocated_after, movement.held_after,
                movement.unavailable_after)
               = (from_on_hand + sum(movement.on_hand_delta) OVER chain,
                  from_allocated + sum(movement.allocated_delta) OVER chain,
                  from_held + sum(movement.held_delta) OVER chain,
                  from_unavailable + sum(movement.unavailable_delta) OVER chain) AS adds_up,
               movement.allocated_delta, movement.held_delta, movement.unavailable_delta
        FROM target
        CROSS JOIN LATERAL (
            SELECT * FROM inventory_stockmovement AS line
            WHERE line.level_id = target.id AND line.version > target.from_version
            OFFSET 0
        ) AS movement
        WHERE %(full)s OR target.version <> target.from_version
        WINDOW chain AS (PARTITION BY target.id ORDER BY movement.version)
    ),
    total AS (
        SELECT level_id, count(*) AS lines, bool_and(in_order) AS in_order,
               bool_and(adds_up) AS adds_up,
               sum(on_hand_delta) AS on_hand, sum(allocated_delta) AS allocated,
               sum(held_delta) AS held, sum(unavailable_delta) AS unavailable
        FROM line GROUP BY level_id
    ),
    verdict AS MATERIALIZED (
        SELECT target.*, coalesce(total.lines, 0) AS lines,
               from_on_hand + coalesce(total.on_hand, 0) AS ledger_on_hand,
               CASE
                   WHEN NOT coalesce(total.in_order, true)
                       OR target.version <> from_version + coalesce(total.lines, 0)
                       THEN 'its lines do not run 1, 2, 3 up to its version'
                   WHEN NOT coalesce(total.adds_up, true)
                       THEN 'a line does not add up to the balance after it'
                   WHEN (target.on_hand, target.allocated, target.held, target.unavailable)
                       <> (from_on_hand + coalesce(total.on_hand, 0),
                           from_allocated + coalesce(total.allocated, 0),
                           from_held + coalesce(total.held, 0),
                           from_unavailable + coalesce(total.unavailable, 0))
                       THEN 'the balance is not the sum of its lines'
               END AS difference
        FROM target LEFT JOIN total ON total.level_id = target.id
    ),
    marked AS (
        INSERT INTO inventory_ledgermark (level_id, version, on_hand, allocated, held, unavailable)
        SELECT id, version, on_hand, allocated, held, unavailable
        FROM verdict WHERE difference IS NULL AND (lines > 0 OR from_version = 0)
        ON CONFLICT (level_id) DO UPDATE
        SET version = excluded.version, on_hand = excluded.on_hand,
            allocated = excluded.allocated, held = excluded.held,
            unavailable = excluded.unavailable
        WHERE inventory_ledgermark.version <> excluded.version
    ),
    unmarked AS (
        DELETE FROM inventory_ledgermark
        WHERE level_id IN (SELECT id FROM verdict WHERE difference IS NOT NULL)
    )
    SELECT count(*), count(*) FILTER (WHERE difference IS NULL),
           coalesce(sum(lines), 0)::bigint,
           coalesce(sum(ledger_on_hand), 0)::bigint, coalesce(sum(on_hand), 0)::bigint,
           coalesce((
               SELECT jsonb_agg(jsonb_build_object(
                   'level', wrong.id, 'sku', item.sku, 'place', place.code,
                   'ledger', wrong.ledger_on_hand, 'balance', wrong.on_hand,
                   'why', wrong.difference) ORDER BY wrong.id)
               FROM (SELECT * FROM verdict WHERE difference IS NOT NULL ORDER BY id LIMIT 100)
                   AS wrong
               JOIN inventory_item AS item ON item.id = wrong.item_id
               JOIN inventory_location AS place ON place.id = wrong.location_id
           ), '[]'::jsonb)
    FROM verdict
"""


@dataclass(frozen=True, slots=True)
class Invariant:
    """`sql` selects the ids of the levels that break it."""

    why: str
    sql: str


INVARIANTS = (
    Invariant(  # I2
        "more is promised than is on hand, or a quantity is below zero",
        """
        SELECT id FROM inventory_stocklevel
        WHERE least(on_hand, allocated, held, unavailable,
                    on_hand - allocated - held - unavailable) < 0
        """,
    ),
    Invariant(  # I3
        "what is held is not the sum of its active holds, or an ended hold still holds",
        """
        SELECT level.id FROM inventory_stocklevel AS level
        LEFT JOIN (
            SELECT part.level_id, sum(part.quantity) FILTER (WHERE hold.status = 'active') AS held,
                   bool_or(hold.status <> 'active') AS ended
            FROM inventory_holdline AS part
            JOIN inventory_hold AS hold ON hold.id = part.hold_id
            GROUP BY part.level_id
        ) AS promised ON promised.level_id = level.id
        WHERE level.held <> coalesce(promised.held, 0) OR promised.ended
        """,
    ),
    Invariant(  # I3
        "what is allocated is not the sum of its open allocations",
        """
        SELECT level.id FROM inventory_stocklevel AS level
        LEFT JOIN (
            SELECT level_id, sum(quantity) AS allocated FROM inventory_allocation GROUP BY level_id
        ) AS promised ON promised.level_id = level.id
        WHERE level.allocated <> coalesce(promised.allocated, 0)
        """,
    ),
    Invariant(  # I4; what was shipped out of a promise comes back free
        "a reversal is not the exact negation of its line, or stands at another level",
        """
        SELECT reversal.level_id
        FROM inventory_stockmovement AS reversal
        JOIN inventory_stockmovement AS origin ON origin.id = reversal.reversal_of_id
        WHERE reversal.level_id <> origin.level_id
           OR (reversal.on_hand_delta, reversal.allocated_delta, reversal.held_delta,
               reversal.unavailable_delta)
              <> (-origin.on_hand_delta, 0, 0, -origin.unavailable_delta)
        """,
    ),
    Invariant(  # I5, also when it was undone
        "a move did not arrive as it left",
        """
        SELECT unnest(array_agg(line.level_id))
        FROM (
            SELECT movement.level_id, movement."group", level.item_id, false AS undone,
                   movement.on_hand_delta, movement.allocated_delta, movement.held_delta,
                   movement.unavailable_delta
            FROM inventory_stockmovement AS movement
            JOIN inventory_stocklevel AS level ON level.id = movement.level_id
            WHERE movement.kind = 'move'
            UNION ALL
            SELECT reversal.level_id, origin."group", level.item_id, true,
                   reversal.on_hand_delta, 0, 0, reversal.unavailable_delta
            FROM inventory_stockmovement AS origin
            JOIN inventory_stockmovement AS reversal ON reversal.reversal_of_id = origin.id
            JOIN inventory_stocklevel AS level ON level.id = reversal.level_id
            WHERE origin.kind = 'move'
        ) AS line
        GROUP BY line."group", line.item_id, line.undone
        HAVING (sum(line.on_hand_delta), sum(line.allocated_delta), sum(line.held_delta),
                sum(line.unavailable_delta)) <> (0, 0, 0, 0) OR line."group" IS NULL
        """,
    ),
    Invariant(  # I9
        "what is tracked by lot stands there without one, or what is not stands there with one",
        """
        SELECT level.id FROM inventory_stocklevel AS level
        JOIN inventory_item AS item ON item.id = level.item_id
        WHERE level.on_hand <> 0 AND (item.tracking = 'lot') <> (level.lot_id IS NOT NULL)
        """,
    ),
    Invariant(  # I9
        "something stands at a structural place",
        """
        SELECT level.id FROM inventory_stocklevel AS level
        JOIN inventory_location AS place ON place.id = level.location_id
        WHERE place.structural AND level.on_hand <> 0
        """,
    ),
)
