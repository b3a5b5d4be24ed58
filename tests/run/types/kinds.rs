//! Every type that a column can have, with values of it.

/// A type of a column.
pub struct Kind {
    /// As a schema writes it.
    pub ty: &'static str,
    /// A value of it as JSON lines hold it.
    pub low: &'static str,
    /// A larger one, where values of the type have an order; another one in any case.
    pub high: &'static str,
    /// The first one as a program writes it, where it can.
    pub written: Option<&'static str>,
}

const fn kind(ty: &'static str, low: &'static str, high: &'static str, written: Option<&'static str>) -> Kind {
    Kind { ty, low, high, written }
}

/// All of them. Pictures are no cells of a text file.
pub const KINDS: &[Kind] = &[
    kind("bool", "false", "true", Some("false")),
    kind("int8", "1", "60", Some("1")),
    kind("int16", "1", "15000", Some("1")),
    kind("int32", "1", "1000000000", Some("1")),
    kind("int", "1", "9007199254740993", Some("1")),
    kind("uint8", "1", "120", Some("1")),
    kind("uint16", "1", "30000", Some("1")),
    kind("uint32", "1", "2000000000", Some("1")),
    kind("uint64", "1", "2305843009213693953", Some("1")),
    kind("float", "1.5", "1e300", Some("1.5")),
    kind("float32", "1.5", "2.5", Some("1.5")),
    kind("decimal[10, 2]", "1.25", "99999999.99", Some("1.25")),
    // More digits than a float has.
    kind("decimal[38, 10]", "1.0000000001", "4234567890123456789012345678.0000000002", None),
    kind("decimal[4, 4]", "0.0001", "0.9999", Some("0.0001")),
    kind("str", "\"a\"", "\"b\"", Some("\"a\"")),
    kind("category", "\"a\"", "\"b\"", Some("\"a\"")),
    kind("enum[\"a\", \"b\"]", "\"a\"", "\"b\"", Some("\"a\"")),
    kind("bytes", "\"YQ==\"", "\"Yg==\"", None),
    kind("date", "\"2021-01-01\"", "\"2021-01-02\"", Some("@2021-01-01")),
    kind("time", "\"08:00:00\"", "\"09:00:00\"", None),
    kind("timestamp", "\"2021-01-01T08:00:00Z\"", "\"2021-01-01T09:00:00Z\"", Some("@2021-01-01T08:00:00Z")),
    kind("duration", "\"1h\"", "\"2h\"", Some("1h")),
    kind("list[int]", "[1, 2]", "[3]", None),
    kind("list[decimal[10, 2]]", "[1.25, 2.5]", "[3]", None),
    kind("vector[2]", "[1.0, 2.0]", "[3.0, 4.0]", None),
    kind("struct { a: int, b: decimal[10, 2]? }", "{\"a\": 1, \"b\": 1.25}", "{\"a\": 2, \"b\": null}", None),
];
