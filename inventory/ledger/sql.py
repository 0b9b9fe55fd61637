"""The statements of the ledger: one text for every shell."""

# Wanted levels that do not exist yet, in the one order, so that two callers never wait in a ring.
OPEN_LEVELS = """
    INSERT INTO inventory_stocklevel
        (item_id, location_id, lot_id, on_hand, allocated, held, unavailable, version)
    SELECT named.item_id, named.location_id, named.lot_id, 0, 0, 0, 0, 0
    FROM unnest(%(items)s::bigint[], %(places)s::bigint[], %(lots)s::bigint[])
        AS named (item_id, location_id, lot_id)
    JOIN inventory_item AS item ON item.id = named.item_id
    WHERE (item.tracking = 'lot') = (named.lot_id IS NOT NULL) AND NOT EXISTS (
        SELECT FROM inventory_stocklevel AS level
        WHERE level.item_id = named.item_id AND level.location_id = named.location_id
          AND level.lot_id IS NOT DISTINCT FROM named.lot_id
    )
    ORDER BY named.item_id, named.location_id, named.lot_id
    ON CONFLICT DO NOTHING
"""

# The lots that may be taken from a place when none is named: they arrive where they are brought.
READ_LOTS_AT = """
    SELECT level.item_id, level.location_id, level.lot_id
    FROM inventory_stocklevel AS level
    JOIN unnest(%(items)s::bigint[], %(places)s::bigint[]) AS source (item_id, location_id)
        ON level.item_id = source.item_id AND level.location_id = source.location_id
    WHERE level.on_hand > 0
"""

READ_LOTS = """
    SELECT id, code, expires_on FROM inventory_lot WHERE id = ANY(%(lots)s)
"""

# Holds are locked before levels, by id; what they hold where stands still under their lock.
LOCK_HOLDS = """
    SELECT hold.id, hold.status, hold.expires_at, hold.request_hash, hold.asked
    FROM inventory_hold AS hold
    WHERE hold.id = ANY(%(holds)s)
    ORDER BY hold.id
    FOR NO KEY UPDATE OF hold
"""

READ_PARTS = """
    SELECT part.hold_id, part.line, part.n, level.item_id, level.location_id, level.lot_id,
           part.quantity
    FROM inventory_holdline AS part
    JOIN inventory_stocklevel AS level ON level.id = part.level_id
    WHERE part.hold_id = ANY(%(holds)s)
    ORDER BY part.hold_id, part.line, part.n
"""

READ_KEYS = """
    SELECT hold.principal, hold.idempotency_key, hold.id, hold.status, hold.expires_at,
           hold.request_hash, hold.asked
    FROM inventory_hold AS hold
    JOIN unnest(%(principals)s::text[], %(keys)s::text[]) AS named (principal, key)
        ON hold.principal = named.principal AND hold.idempotency_key = named.key
"""

# Before the lock to know the levels, and again under it: an allocation changes with its level.
READ_ALLOCATIONS = """
    SELECT promise.id, level.item_id, level.location_id, level.lot_id, promise.quantity,
           promise.reference, promise.created_at
    FROM inventory_allocation AS promise
    JOIN inventory_stocklevel AS level ON level.id = promise.level_id
    WHERE promise.id = ANY(%(allocations)s)
"""

# What stands on levels that are locked: nobody changes it there, and only what is broken or carried
# need be locked itself.
READ_STANDING = """
    SELECT hold.id, hold.status, hold.expires_at, hold.request_hash, hold.asked
    FROM inventory_hold AS hold
    WHERE hold.id = ANY(ARRAY(
        SELECT part.hold_id FROM inventory_holdline AS part WHERE part.level_id = ANY(%(levels)s)
    ))
"""

READ_ALLOCATIONS_AT = """
    SELECT promise.id, level.item_id, level.location_id, level.lot_id, promise.quantity,
           promise.reference, promise.created_at
    FROM inventory_allocation AS promise
    JOIN inventory_stocklevel AS level ON level.id = promise.level_id
    WHERE promise.level_id = ANY(%(levels)s)
"""

# Whose on-hand number is another than at the version that was seen; promises do not count.
READ_MOVED = """
    SELECT level.item_id, level.location_id, level.lot_id, seen.version
    FROM unnest(
        %(items)s::bigint[], %(places)s::bigint[], %(lots)s::bigint[], %(versions)s::bigint[]
    ) AS seen (item_id, location_id, lot_id, version)
    JOIN inventory_stocklevel AS level
        ON level.item_id = seen.item_id AND level.location_id = seen.location_id
       AND level.lot_id IS NOT DISTINCT FROM seen.lot_id
    WHERE seen.version > level.version OR EXISTS (
        SELECT FROM inventory_stockmovement AS movement
        WHERE movement.level_id = level.id AND movement.version > seen.version
          AND movement.on_hand_delta <> 0
    )
"""

# Those with something at these items that should have ended by now.
READ_OVERDUE = """
    SELECT DISTINCT hold.id
    FROM inventory_hold AS hold
    JOIN inventory_holdline AS part ON part.hold_id = hold.id
    JOIN inventory_stocklevel AS level ON level.id = part.level_id
    WHERE hold.status = 'active' AND hold.expires_at <= clock_timestamp()
      AND level.item_id = ANY(%(items)s)
"""

# The lock: one order for the whole product, and weak enough to let foreign keys look. Levels that
# are named, and for a promise all that sell of its items in scope. ARRAY, not IN: a row that had to
# be waited for is looked at anew, and would not be found again in a joined subquery.
LOCK_LEVELS = """
    SELECT level.item_id, level.location_id, level.lot_id, level.id, level.on_hand, level.allocated,
           level.held, level.unavailable, level.version
    FROM inventory_stocklevel AS level
    WHERE level.id = ANY(ARRAY(
        SELECT named.id
        FROM unnest(%(items)s::bigint[], %(places)s::bigint[]) AS asked (item_id, location_id)
        JOIN inventory_stocklevel AS named
            ON named.item_id = asked.item_id AND named.location_id = asked.location_id
        UNION ALL
        SELECT sold.id
        FROM inventory_stocklevel AS sold
        JOIN inventory_location AS place ON place.id = sold.location_id
        WHERE sold.item_id = ANY(%(promised)s::bigint[]) AND place.sells
          AND (%(paths)s::ltree[] IS NULL OR place.path <@ %(paths)s::ltree[])
    ))
    ORDER BY level.id
    FOR NO KEY UPDATE OF level
"""

# Goods that came, while the lock was waited for, to a level that was not there before.
READ_BESIDE = """
    SELECT EXISTS (
        SELECT FROM inventory_stocklevel AS level
        JOIN inventory_location AS place ON place.id = level.location_id
        WHERE level.item_id = ANY(%(promised)s::bigint[]) AND place.sells
          AND (%(paths)s::ltree[] IS NULL OR place.path <@ %(paths)s::ltree[])
          AND level.on_hand > 0 AND level.id <> ALL(%(locked)s::bigint[])
    )
"""

# Read after the lock, by a statement of its own: READ COMMITTED shows it what the wait let through.
READ_FACTS = """
    SELECT 'item', id, sku, stocked, tracking, NULL, NULL, clock_timestamp()
    FROM inventory_item WHERE id = ANY(%(items)s)
    UNION ALL
    SELECT 'place', id, code, structural, path::text, sells, priority, clock_timestamp()
    FROM inventory_location WHERE id = ANY(%(places)s)
    UNION ALL
    SELECT 'now', NULL, NULL, NULL, NULL, NULL, NULL, clock_timestamp()
"""

READ_ORIGINS = """
    SELECT movement.id, level.item_id, level.location_id, level.lot_id, movement.kind,
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

# In the order of their keys, so that two callers with the same keys never wait in a ring.
WRITE_HOLDS = """
    INSERT INTO inventory_hold
        (public, status, principal, idempotency_key, request_hash, expires_at, max_expires_at,
         contact, reference, asked)
    SELECT public, 'active', principal, key, request_hash, clock_timestamp() + lifetime,
           clock_timestamp() + longest, contact, reference, asked::jsonb
    FROM unnest(
        %s::uuid[], %s::text[], %s::text[], %s::bytea[], %s::interval[], %s::interval[],
        %s::text[], %s::text[], %s::text[]
    ) AS new (
        public, principal, key, request_hash, lifetime, longest, contact, reference, asked
    )
    ORDER BY principal, key
    RETURNING principal, idempotency_key, id
"""

END_HOLDS = """
    UPDATE inventory_hold AS hold
    SET status = ended.status, ended_at = clock_timestamp(),
        reference = coalesce(ended.reference, hold.reference)
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS ended (id, status, reference)
    WHERE hold.id = ended.id AND hold.status = 'active'
"""

CHANGE_ASKED = """
    UPDATE inventory_hold AS hold SET asked = changed.asked::jsonb
    FROM unnest(%s::bigint[], %s::text[]) AS changed (id, asked)
    WHERE hold.id = changed.id AND hold.status = 'active'
"""

REMOVE_PARTS = """
    DELETE FROM inventory_holdline AS part
    USING unnest(%s::bigint[], %s::int[], %s::int[]) AS gone (hold_id, line, n)
    WHERE part.hold_id = gone.hold_id AND part.line = gone.line AND part.n = gone.n
"""

CHANGE_PARTS = """
    UPDATE inventory_holdline AS part
    SET quantity = part.quantity + change.delta, level_id = change.level_id
    FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::bigint[], %s::bigint[])
        AS change (hold_id, line, n, delta, level_id)
    WHERE part.hold_id = change.hold_id AND part.line = change.line AND part.n = change.n
"""

WRITE_PARTS = """
    INSERT INTO inventory_holdline (hold_id, line, n, level_id, quantity)
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::bigint[], %s::bigint[])
"""

WRITE_ALLOCATIONS = """
    INSERT INTO inventory_allocation (level_id, quantity, reference, created_at)
    SELECT level_id, quantity, reference, coalesce(since, clock_timestamp())
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[])
        AS new (level_id, quantity, reference, since)
"""

CHANGE_ALLOCATIONS = """
    UPDATE inventory_allocation AS promise
    SET quantity = promise.quantity + change.delta, level_id = change.level_id
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS change (id, delta, level_id)
    WHERE promise.id = change.id
"""

REMOVE_ALLOCATIONS = """
    DELETE FROM inventory_allocation WHERE id = ANY(%s)
"""
