"""What the steps see of transactions: SQL text only, run by the intake.

Relations that the texts stand on:
    lines      transactions with all columns of the schema; NULL where the client has none
    customers  customer_id; empty where the table was not delivered
    contracts  customer_id, start_date, end_date; empty where not delivered
    wallets    as delivered, all columns, with `row` (1, 2, ... in the order of the files)
    frame      one row: as_of, window_start, current_start, window_end, first_date (the first day that the data cover)
    months, quarters    first_day and last_day of each

Sums are over DECIMAL and integers, so they do not depend on the order of rows; every ORDER BY ends in a key. No
function is used that may answer differently on two threads (see the list in the design; a test reads these texts).
"""

IN_WINDOW = "lines.date >= frame.window_start and lines.date < frame.as_of"

# order ids and days are told apart by their first letter, so that a line without an id counts by its day
ORDER = "coalesce('o' || lines.order_id, 'd' || cast(lines.date as varchar))"

CUSTOMER_SUMMARY = f"""
with everyone as (
    select customer_id from lines where customer_id is not null
    union select customer_id from customers
    union select customer_id from contracts
),
history as (
    select
        lines.customer_id,
        min(lines.date) as first_date,
        max(lines.date) as last_date,
        count(*) filter (where lines.revenue > 0) as positive_lines
    from lines, frame
    where lines.date < frame.as_of and lines.customer_id is not null
    group by lines.customer_id
),
recent as (
    select
        lines.customer_id,
        count(*) as lines,
        count(*) filter (where lines.revenue > 0) as positive_lines,
        count(distinct {ORDER}) filter (where lines.revenue > 0) as orders,
        count(distinct lines.date) filter (where lines.revenue > 0) as order_days,
        count(distinct lines.category) filter (where lines.revenue > 0) as categories,
        sum(lines.revenue) as revenue,
        sum(lines.revenue) filter (where lines.date < frame.current_start) as revenue_prior,
        sum(lines.revenue) filter (where lines.date >= frame.current_start) as revenue_current,
        case when count(lines.list_revenue) = count(*) then sum(lines.list_revenue) end as list_revenue
    from lines, frame
    where {IN_WINDOW} and lines.customer_id is not null
    group by lines.customer_id
),
running as (
    select distinct contracts.customer_id
    from contracts, frame
    where contracts.start_date < frame.as_of
        and (contracts.end_date is null or contracts.end_date >= frame.as_of)
)
select
    everyone.customer_id,
    case
        when recent.positive_lines > 0 or running.customer_id is not null then 'active'
        when history.positive_lines > 0 then 'dormant'
        else 'never'
    end as status,
    history.first_date,
    history.last_date,
    coalesce(recent.lines, 0) as lines,
    coalesce(recent.orders, 0) as orders,
    coalesce(recent.order_days, 0) as order_days,
    coalesce(recent.categories, 0) as categories,
    coalesce(recent.revenue, 0) as revenue,
    coalesce(recent.revenue_prior, 0) as revenue_prior,
    coalesce(recent.revenue_current, 0) as revenue_current,
    recent.list_revenue
from everyone
left join history on history.customer_id = everyone.customer_id
left join recent on recent.customer_id = everyone.customer_id
left join running on running.customer_id = everyone.customer_id
order by everyone.customer_id
"""

CUSTOMER_CATEGORY = f"""
select
    lines.customer_id,
    lines.category,
    sum(lines.revenue) as revenue,
    case when count(lines.list_revenue) = count(*) then sum(lines.list_revenue) end as list_revenue,
    cast(sum(cast(lines.quantity as decimal(38, 6))) as double) as quantity,
    count(distinct lines.date) filter (where lines.revenue > 0) as order_days
from lines, frame
where {IN_WINDOW}
group by lines.customer_id, lines.category
order by lines.customer_id nulls first, lines.category nulls first
"""

CUSTOMER_QUARTER = """
select
    lines.customer_id,
    quarters.first_day as quarter_start,
    quarters.last_day as quarter_end,
    lines.category,
    sum(lines.revenue) as revenue
from lines
join quarters on lines.date >= quarters.first_day and lines.date <= quarters.last_day
group by lines.customer_id, quarters.first_day, quarters.last_day, lines.category
order by lines.customer_id nulls first, quarters.first_day, lines.category nulls first
"""

CUSTOMER_CHANNEL = f"""
select
    lines.customer_id,
    quarters.first_day as quarter_start,
    quarters.last_day as quarter_end,
    lines.channel,
    count(distinct {ORDER}) filter (where lines.revenue > 0) as orders,
    sum(lines.revenue) as revenue
from lines
join quarters on lines.date >= quarters.first_day and lines.date <= quarters.last_day
group by lines.customer_id, quarters.first_day, quarters.last_day, lines.channel
order by lines.customer_id nulls first, quarters.first_day, lines.channel nulls first
"""

# All history before as_of: a rating has to know who bought before the window, and cohorts begin with the first order.
CUSTOMER_DAYS = f"""
select
    lines.customer_id,
    lines.date,
    count(*) as lines,
    count(*) filter (where lines.revenue > 0) as positive_lines,
    count(distinct {ORDER}) filter (where lines.revenue > 0) as orders,
    sum(lines.revenue) as revenue,
    coalesce(-sum(lines.revenue) filter (where lines.revenue < 0), 0) as returned,
    case when count(lines.list_revenue) = count(*) then sum(lines.list_revenue) end as list_revenue,
    case when count(lines.cost_of_goods) = count(*) then sum(lines.cost_of_goods) end as cost_of_goods
from lines, frame
where lines.date < frame.as_of
group by lines.customer_id, lines.date
order by lines.customer_id nulls first, lines.date
"""

CUSTOMER_MONTH = f"""
select
    lines.customer_id,
    months.first_day as month_start,
    count(*) as lines,
    count(distinct {ORDER}) filter (where lines.revenue > 0) as orders,
    sum(lines.revenue) as revenue
from lines
join months on lines.date >= months.first_day and lines.date <= months.last_day
group by lines.customer_id, months.first_day
order by lines.customer_id nulls first, months.first_day
"""

# `observed` is our revenue on the days that the data cover; `revenue` is scaled to the wallet's whole period. A wallet
# below `revenue` is in conflict; only one below `observed` is certainly wrong.
WALLET_REVENUE_DETAIL = """
with periods as (
    select
        wallets.row,
        wallets.customer_id,
        wallets.category,
        coalesce(wallets.period_start, frame.window_start) as period_start,
        coalesce(wallets.period_end, frame.window_end) as period_end,
        wallets.wallet,
        wallets.wallet_source,
        wallets.confidence,
        frame.first_date,
        frame.window_end
    from wallets, frame
),
days as (
    select
        *,
        period_end - period_start + 1 as period_days,
        greatest(least(period_end, window_end) - greatest(period_start, first_date) + 1, 0) as covered_days
    from periods
),
by_day as (
    select lines.customer_id, lines.category, lines.date, sum(lines.revenue) as revenue
    from lines, frame
    where lines.date < frame.as_of and lines.customer_id is not null
    group by lines.customer_id, lines.category, lines.date
),
ours as (
    select days.row, sum(by_day.revenue) as observed
    from days
    join by_day on by_day.customer_id = days.customer_id
        and by_day.date >= days.period_start and by_day.date <= days.period_end
        and (days.category is null or days.category = by_day.category)
    group by days.row
),
beside as (
    select
        days.*,
        case when days.covered_days > 0 then cast(coalesce(ours.observed, 0) as decimal(18, 4)) end as observed
    from days
    left join ours on ours.row = days.row
),
scaled as (
    select
        *,
        case
            when covered_days = 0 then null
            when covered_days = period_days then observed
            else try_cast(cast(observed as double) * period_days / covered_days as decimal(18, 4))
        end as revenue
    from beside
)
select
    row, customer_id, category, period_start, period_end, wallet, revenue, observed, period_days, covered_days,
    wallet_source, confidence,
    coalesce(wallet < revenue - cast(0.005 as decimal(18, 4)), false) as conflict,
    coalesce(wallet < observed - cast(0.005 as decimal(18, 4)), false) as certain_conflict
from scaled
"""

WALLET_REVENUE = f"""
select
    customer_id, category, period_start, period_end, wallet, revenue, period_days, covered_days, wallet_source,
    confidence, conflict
from ({WALLET_REVENUE_DETAIL}) as detail
order by customer_id, category nulls first, period_start, period_end, wallet_source nulls first, row
"""

SUMMARIES = {
    "customer_summary": CUSTOMER_SUMMARY,
    "customer_category": CUSTOMER_CATEGORY,
    "customer_days": CUSTOMER_DAYS,
    "customer_quarter": CUSTOMER_QUARTER,
    "customer_channel": CUSTOMER_CHANNEL,
    "customer_month": CUSTOMER_MONTH,
}
