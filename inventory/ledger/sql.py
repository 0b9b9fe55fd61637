"""The statements of the ledger: one text for every shell."""

# Wanted levels that do not exist yet, in the one order, so that two callers never wait in a ring.
OPEN_LEVELS = """
    INSERT INTO inventory_stocklevel
        (item_id, location_id, on_hand, allocated, held, unavailable, version)
    SELECT item_id, location_id, 0, 0, 0, 0, 0
    FROM unnest(%(items)s::bigint[], %(places)s::bigint[]) AS named (item_id, location_id)
    WHERE NOT EXISTS (
        SELECT FROM inventory_stocklevel AS level
        WHERE level.item_id = named.item_id AND level.location_id = named.location_id
    )
    ORDER BY item_id, location_id
    ON CONFLICT DO NOTHING
"""

# The lock: one order for the whole product, and weak enough to let foreign keys look.
LOCK_LEVELS = """
    SELECT level.item_id, level.location_id, level.id, level.on_hand, level.allocated,
           level.held, level.unavailable, level.version
    FROM inventory_stocklevel AS level
    JOIN unnest(%(items)s::bigint[], %(places)s::bigint[]) AS named (item_id, location_id)
        ON level.item_id = named.item_id AND level.location_id = named.location_id
    ORDER BY level.id
    FOR NO KEY UPDATE OF level
"""

# Read after the lock, by a statement of its own: READ COMMITTED shows it what the wait let through.
READ_FACTS = """
    SELECT 'item', id, sku, stocked, true, clock_timestamp()
    FROM inventory_item WHERE id = ANY(%(items)s)
    UNION ALL
    SELECT 'place', id, code, structural, sells, clock_timestamp()
    FROM inventory_location WHERE id = ANY(%(places)s)
"""

READ_ORIGINS = """
    SELECT movement.id, level.item_id, level.location_id, movement.kind,
           movement.on_hand_delta, movement.allocated_delta, movement.held_delta,
           movement.unavailable_delta,
           EXISTS (SELECT FROM inventory_stockmovement AS reversal
                   WHERE reversal.reversal_of_id = movement.id)
    FROM inventory_stockmovement AS movement
    JOIN inventory_stocklevel AS level ON level.id = movement.level_id
    WHERE movement.id = ANY(%(movements)s)
"""

# Deltas, never values; the version seen under the lock is the second net.
CHANGE_LEVELS = """
    UPDATE inventory_stocklevel AS level
    SET on_hand = level.on_hand + change.on_hand,
        allocated = level.allocated + change.allocated,
        held = level.held + change.held,
        unavailable = level.unavailable + change.unavailable,
        version = level.version + change.lines
    FROM unnest(
        %(levels)s::bigint[], %(on_hand)s::bigint[], %(allocated)s::bigint[], %(held)s::bigint[],
        %(unavailable)s::bigint[], %(lines)s::bigint[], %(seen)s::bigint[]
    ) AS change (id, on_hand, allocated, held, unavailable, lines, seen)
    WHERE level.id = change.id AND level.version = change.seen
"""

WRITE_MOVEMENTS = """
    INSERT INTO inventory_stockmovement
        (level_id, version, kind, on_hand_delta, allocated_delta, held_delta, unavailable_delta,
         on_hand_after, allocated_after, held_after, unavailable_after, sells_after, actor_id,
         reason_id, reference, "group", reversal_of_id, effective_at)
    SELECT level_id, version, kind, on_hand_delta, allocated_delta, held_delta, unavailable_delta,
           on_hand_after, allocated_after, held_after, unavailable_after, sells_after, actor_id,
           reason_id, reference, "group", reversal_of_id, coalesce(effective_at, clock_timestamp())
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[],
        %s::bigint[], %s::bigint[], %s::text[], %s::uuid[], %s::bigint[], %s::timestamptz[]
    ) WITH ORDINALITY AS line (
        level_id, version, kind, on_hand_delta, allocated_delta, held_delta, unavailable_delta,
        on_hand_after, allocated_after, held_after, unavailable_after, sells_after, actor_id,
        reason_id, reference, "group", reversal_of_id, effective_at, n
    )
    ORDER BY n
    RETURNING level_id, version, id
"""

WRITE_NOTES = """
    INSERT INTO inventory_movementnote (movement_id, text)
    SELECT * FROM unnest(%s::bigint[], %s::text[])
"""
