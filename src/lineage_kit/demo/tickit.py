"""TICKIT-shaped data: an event ticket shop in seven tables, made up by arithmetic.

The same scale gives the same rows on every machine and Python.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FIXED_ROWS = {"category": 11, "venue": 202, "date": 365}
_SCALED_ROWS = {"event": 8_798, "users": 49_990, "listing": 20_000, "sales": 20_000}

_COLUMNS = {
    "category": "catid INTEGER, catgroup TEXT, catname TEXT, catdesc TEXT",
    "venue": "venueid INTEGER, venuename TEXT, venuecity TEXT, venuestate TEXT, venueseats INTEGER",
    "date": ("dateid INTEGER, caldate TEXT, day TEXT, week INTEGER, month TEXT, qtr TEXT, year INTEGER, holiday TEXT"),
    "event": ("eventid INTEGER, venueid INTEGER, catid INTEGER, dateid INTEGER, eventname TEXT, starttime TEXT"),
    "users": (
        "userid INTEGER, username TEXT, firstname TEXT, lastname TEXT, city TEXT, state TEXT, email TEXT,"
        " phone TEXT, likesports INTEGER, liketheatre INTEGER, likeconcerts INTEGER, likejazz INTEGER,"
        " likeclassical INTEGER, likeopera INTEGER, likerock INTEGER, likevegas INTEGER,"
        " likebroadway INTEGER, likemusicals INTEGER"
    ),
    "listing": (
        "listid INTEGER, sellerid INTEGER, eventid INTEGER, dateid INTEGER, numtickets INTEGER,"
        " priceperticket REAL, totalprice REAL, listtime TEXT"
    ),
    "sales": (
        "salesid INTEGER, listid INTEGER, sellerid INTEGER, buyerid INTEGER, eventid INTEGER,"
        " dateid INTEGER, qtysold INTEGER, pricepaid REAL, commission REAL, saletime TEXT"
    ),
}

_CATEGORIES = (
    ("Sports", "MLB"),
    ("Sports", "NHL"),
    ("Sports", "NFL"),
    ("Sports", "NBA"),
    ("Sports", "MLS"),
    ("Shows", "Musicals"),
    ("Shows", "Plays"),
    ("Shows", "Opera"),
    ("Concerts", "Pop"),
    ("Concerts", "Jazz"),
    ("Concerts", "Classical"),
)
_CITIES = (
    ("Boston", "ma"),
    ("Chicago", "il"),
    ("Dallas", "tx"),
    ("Denver", "co"),
    ("Miami", "fl"),
    ("Portland", "or"),
    ("Seattle", "wa"),
    ("Toronto", "on"),
)
_FIRST_NAMES = (
    "Amber",
    "Basil",
    "Coral",
    "Dale",
    "Heather",
    "Iris",
    "Jade",
    "Olive",
    "Reed",
    "Sage",
    "Violet",
)
_LAST_NAMES = (
    "Banks",
    "Brook",
    "Dell",
    "Field",
    "Glen",
    "Hill",
    "Lake",
    "Marsh",
    "Moor",
    "Rivers",
    "Stone",
)
_VENUE_KINDS = ("Arena", "Hall", "Park", "Stadium", "Theatre")
_SHOWS = ("Carnival", "Classics", "Derby", "Gala", "Nocturne", "Open", "Parade", "Revue", "Tour")

_FIRST_DAY = date(2008, 1, 1)
_FIRST_DATEID = 1827
_HOLIDAYS = frozenset({"01-01", "07-04", "12-25"})
_COMMISSION = 0.15

_Rows = dict[str, int]
_Row = tuple[Any, ...]


def row_counts(scale: float = 1.0) -> dict[str, int]:
    """Return the number of rows of every table; `scale` multiplies event, users, listing and sales.

    Raises:
        LineageKitError: The scale is not positive.

    """
    if not scale > 0:
        msg = f"The scale of the data must be positive, not {scale}."
        raise LineageKitError(msg)
    return _FIXED_ROWS | {table: max(1, round(rows * scale)) for table, rows in _SCALED_ROWS.items()}


def write_lake(path: Path, *, scale: float = 1.0) -> dict[str, int]:
    """Create the SQLite file of the data lake with its seven tables.

    Args:
        path: The file, which must not exist yet.
        scale: See `row_counts`.

    Returns:
        The number of rows written to each table.

    """
    counts = row_counts(scale)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, columns in _COLUMNS.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
            make = _MAKERS[table]
            rows = (make(number, counts) for number in range(1, counts[table] + 1))
            marks = ", ".join("?" * (columns.count(",") + 1))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - constants
    return counts


def _pick(choices: int, number: int, salt: int) -> int:
    """Return 0 <= n < choices for a row's number: evenly spread, and another order for another salt."""
    return (number * (2_654_435_761 + salt * 1_013_904_222) % 2**32 * choices) >> 32


def _category(number: int, _counts: _Rows) -> _Row:
    group, name = _CATEGORIES[number - 1]
    return number, group, name, f" {name} of every kind "


def _venue(number: int, _counts: _Rows) -> _Row:
    city, state = _CITIES[_pick(len(_CITIES), number, 1)]
    kind = _VENUE_KINDS[_pick(len(_VENUE_KINDS), number, 2)]
    seats = 500 * (1 + _pick(150, number, 3))
    return number, f"{city} {kind} {number}", f"{city} ", state, None if number % 7 == 0 else seats


def _date(number: int, _counts: _Rows) -> _Row:
    day = _FIRST_DAY + timedelta(days=number - 1)
    quarter = (day.month + 2) // 3
    holiday = "true" if f"{day:%m-%d}" in _HOLIDAYS else "false"
    names = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    week = (number + 6) // 7
    return (
        _FIRST_DATEID + number - 1,
        day.isoformat(),
        names[day.weekday()],
        week,
        f"{day.month:02}",
        f"{quarter}",
        day.year,
        holiday,
    )


def _event(number: int, _counts: _Rows) -> _Row:
    day, dateid = _day(number, 4)
    name = f"{_SHOWS[_pick(len(_SHOWS), number, 5)]} {number} "
    venue = 1 + _pick(_FIXED_ROWS["venue"], number, 6)
    category = 1 + _pick(_FIXED_ROWS["category"], number, 7)
    return number, venue, category, dateid, name, f"{day} {14 + number % 6}:30:00"


def _user(number: int, _counts: _Rows) -> _Row:
    first = _FIRST_NAMES[_pick(len(_FIRST_NAMES), number, 8)]
    last = _LAST_NAMES[_pick(len(_LAST_NAMES), number, 9)]
    city, state = _CITIES[_pick(len(_CITIES), number, 10)]
    likes = (_pick(2, number, salt) for salt in range(11, 21))
    email = f"{first}.{last}.{number}@example.com"
    return number, f"user{number:06}", first, last, city, state, email, f"555-{number % 10_000:04}", *likes


def _listing(number: int, counts: _Rows) -> _Row:
    day, dateid = _day(number, 21)
    seller = 1 + _pick(counts["users"], number, 22)
    event = 1 + _pick(counts["event"], number, 23)
    tickets = 1 + _pick(20, number, 24)
    price = 20 + _pick(400, number, 25)
    return number, seller, event, dateid, tickets, price, tickets * price, f"{day} 09:{number % 60:02}:00"


def _sale(number: int, counts: _Rows) -> _Row:
    """Make a sale of some tickets of a listing; seller, event and date are the listing's."""
    listing = 1 + _pick(counts["listing"], number, 26)
    _, seller, event, dateid, tickets, price, _, listed = _listing(listing, counts)
    buyer = 1 + _pick(counts["users"], number, 27)
    sold = 1 + _pick(tickets, number, 28)
    paid = sold * price
    saletime = datetime.fromisoformat(listed) + timedelta(hours=1)
    return (
        number,
        listing,
        seller,
        buyer,
        event,
        dateid,
        sold,
        paid,
        round(paid * _COMMISSION, 2),
        str(saletime),
    )


def _day(number: int, salt: int) -> tuple[date, int]:
    """Return a day of the date table for a row's number, and its id there."""
    offset = _pick(_FIXED_ROWS["date"], number, salt)
    return _FIRST_DAY + timedelta(days=offset), _FIRST_DATEID + offset


_MAKERS: dict[str, Callable[[int, _Rows], _Row]] = {
    "category": _category,
    "venue": _venue,
    "date": _date,
    "event": _event,
    "users": _user,
    "listing": _listing,
    "sales": _sale,
}
