//! The description of the requests of a model, in OpenAPI 3.1.

use std::sync::Arc;

use gml_ir::{Column, ContractRule, Row, Type, Value};
use serde_json::{Map, Value as Json, json};

use crate::place::Newest;
use crate::request::ARROW;
use crate::signature::Signature;

/// The whole document.
pub(crate) fn describe(name: &str, newest: &Newest, signature: &Signature) -> String {
    let record = record(signature);
    let prediction = prediction(signature);
    let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let list = |items: Json| json!({ "type": "array", "items": items });
    let version = newest
        .version
        .map_or_else(|| newest.hash.get(..12).unwrap_or_default().to_owned(), |number| number.to_string());
    let forms = json!({ "oneOf": [
        of("Record"),
        list(of("Record")),
        { "type": "object", "required": ["dataframe_records"], "properties": { "dataframe_records": list(of("Record")) } },
        { "type": "object", "required": ["dataframe_split"], "properties": { "dataframe_split": {
            "type": "object", "required": ["columns", "data"],
            "properties": { "columns": list(json!({ "type": "string" })), "data": list(list(json!({}))), "index": list(json!({})) },
        } } },
        { "type": "object", "required": ["instances"], "properties": { "instances": list(of("Record")) } },
        { "type": "object", "required": ["inputs"], "properties": { "inputs": { "oneOf": [
            list(of("Record")),
            { "type": "object", "additionalProperties": list(json!({})) },
        ] } } },
    ] });
    let binary = json!({ "schema": { "type": "string", "format": "binary" } });
    let request = json!({ "required": true, "content": {
        "application/json": { "schema": forms }, "text/csv": { "schema": { "type": "string" } }, ARROW: binary,
    } });
    let scored = |schema: Json| {
        let mut responses = refusals();
        responses.insert(
            "200".into(),
            json!({
                "description": "What the model says of each row, in the order of the rows.",
                "content": { "application/json": { "schema": schema }, ARROW: binary },
            }),
        );
        responses
    };
    let predictions = json!({ "type": "object", "required": ["predictions"], "properties": { "predictions": list(of("Prediction")) } });
    let plain = |summary: &str, media: &str| json!({ "get": { "summary": summary, "responses": { "200": { "description": "ok", "content": { media: {} } } } } });
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": name, "version": version, "description": "A model that GML saved, scored row by row." },
        "paths": {
            "/invocations": { "post": {
                "summary": "Scores rows, and answers as the servers of MLflow do.",
                "requestBody": request, "responses": scored(predictions),
            } },
            "/predict": { "post": {
                "summary": "Scores rows, and answers with a record for a record and a list for a list.",
                "requestBody": request, "responses": scored(json!({ "oneOf": [of("Prediction"), list(of("Prediction"))] })),
            } },
            "/health": plain("Whether the server answers, and with which model.", "application/json"),
            "/ping": plain("Whether the server answers.", "text/plain"),
            "/version": plain("The version of the server.", "text/plain"),
            "/metrics": plain("What was counted, for Prometheus.", "text/plain"),
        },
        "components": {
            "schemas": { "Record": record, "Prediction": prediction, "Refusal": refusal() },
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    });
    format!("{document:#}\n")
}

fn refusals() -> Map<String, Json> {
    let all = [
        ("400", "The body cannot be taken apart."),
        ("401", "The token is missing or wrong."),
        ("408", "The request came too slowly."),
        ("413", "The body is too large."),
        ("415", "The body is in a form that is not read."),
        ("422", "Rows break rules of the signature, which are named."),
        ("503", "There is too much to do; Retry-After says when to come again."),
    ];
    let described = all.into_iter().map(|(status, description)| {
        let schema = json!({ "schema": { "$ref": "#/components/schemas/Refusal" } });
        (status.to_owned(), json!({ "description": description, "content": { "application/json": schema } }))
    });
    described.collect()
}

fn refusal() -> Json {
    json!({
        "type": "object",
        "required": ["error_code", "message"],
        "properties": {
            "error_code": { "type": "string" },
            "message": { "type": "string" },
            "violations": { "type": "array", "items": { "type": "object", "properties": {
                "row": { "type": ["integer", "null"], "description": "From 1." },
                "column": { "type": ["string", "null"] },
                "rule": { "type": "string" },
                "message": { "type": "string" },
            } } },
            "more_violations": { "type": "integer" },
        },
    })
}

fn record(signature: &Signature) -> Json {
    let columns = signature.columns();
    let properties: Map<String, Json> =
        columns.iter().map(|known| (known.column.name.to_string(), of_column(&known.column))).collect();
    let required: Vec<&Arc<str>> =
        columns.iter().filter(|known| !known.is_nullable()).map(|known| &known.column.name).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// What the model says of a row. Of classes it says the likeliest, and a number for each in their order.
fn prediction(signature: &Signature) -> Json {
    let mut schema = of_row(signature.outputs());
    let classes = signature.classes();
    if classes.is_empty() {
        return schema;
    }
    for column in &signature.outputs().columns {
        let of_column = &mut schema["properties"][&*column.name];
        match column.ty.non_null() {
            Type::List(_) => {
                let listed: Vec<String> = classes.iter().map(|class| format!("{class:?}")).collect();
                of_column["description"] =
                    format!("A number for each class, in this order: {}", listed.join(", ")).into();
                of_column["minItems"] = classes.len().into();
                of_column["maxItems"] = classes.len().into();
            }
            Type::Str => of_column["enum"] = json!(classes),
            _ => {}
        }
    }
    schema
}

fn of_row(row: &Row) -> Json {
    let properties: Map<String, Json> =
        row.columns.iter().map(|column| (column.name.to_string(), of_column(column))).collect();
    let required: Vec<&Arc<str>> = row.names().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn of_column(column: &Column) -> Json {
    let mut schema = of_type(&column.ty);
    for contract in &column.contracts {
        if let ContractRule::InRange { start, end, inclusive } = &contract.rule
            && let (Some(start), Some(end)) = (number(start), number(end))
        {
            schema["minimum"] = start;
            schema[if *inclusive { "maximum" } else { "exclusiveMaximum" }] = end;
        } else if let ContractRule::Matches(pattern) = &contract.rule {
            schema["pattern"] = (&**pattern).into();
        } else {
            schema["description"] = format!("{} {}", column.ty, contract.text).into();
        }
    }
    schema
}

fn number(value: &Value) -> Option<Json> {
    match value {
        Value::Int(number) => Some((*number).into()),
        Value::Float(number) => Some((*number).into()),
        Value::Decimal(number) => Some(number.as_float().into()),
        _ => None,
    }
}

/// The schema of a type; a `?` adds null.
pub(crate) fn of_type(ty: &Type) -> Json {
    let mut schema = match ty.non_null() {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int(kind) => {
            let (low, high) = kind.bounds();
            let bound = |bound: i128| {
                i64::try_from(bound)
                    .map_or_else(|_| json!(u64::try_from(bound).unwrap_or(u64::MAX)), |bound| json!(bound))
            };
            json!({ "type": "integer", "minimum": bound(low), "maximum": bound(high) })
        }
        Type::Float => json!({ "type": "number", "format": "double" }),
        Type::Float32 => json!({ "type": "number", "format": "float" }),
        Type::Size => json!({ "type": "integer", "minimum": 0 }),
        Type::Decimal { .. } => json!({ "type": ["number", "string"] }),
        Type::Enum(values) => json!({ "type": "string", "enum": values }),
        Type::Date => json!({ "type": "string", "format": "date" }),
        Type::Time => json!({ "type": "string", "format": "time" }),
        Type::Timestamp => json!({ "type": "string", "format": "date-time" }),
        Type::Duration => json!({ "type": "string", "description": "a whole number and a unit: 90s, 15min, 2h" }),
        Type::Bytes | Type::Image => json!({ "type": "string", "contentEncoding": "base64" }),
        Type::List(item) => json!({ "type": "array", "items": of_type(item) }),
        Type::Vector(width) => {
            json!({ "type": "array", "items": { "type": "number" }, "minItems": width, "maxItems": width })
        }
        Type::Struct(row) => of_row(row),
        Type::Null => return json!({ "type": "null" }),
        _ => json!({ "type": "string" }),
    };
    if ty.is_nullable() {
        let with_null = match &schema["type"] {
            Json::String(one) => json!([one, "null"]),
            Json::Array(several) => several.iter().cloned().chain([json!("null")]).collect(),
            other => other.clone(),
        };
        schema["type"] = with_null;
        if let Some(listed) = schema.get_mut("enum").and_then(Json::as_array_mut) {
            listed.push(Json::Null);
        }
    }
    schema
}

/// A record as an example: a value of each column's type.
pub(crate) fn example(signature: &Signature) -> Json {
    let value = |column: &Column| {
        let in_range = column.contracts.iter().find_map(|contract| match &contract.rule {
            ContractRule::InRange { start, .. } => number(start),
            ContractRule::OneOf(values) => values.first().and_then(Value::as_str).map(Json::from),
            _ => None,
        });
        in_range.unwrap_or_else(|| match column.ty.non_null() {
            Type::Bool => true.into(),
            Type::Int(_) | Type::Size => 1.into(),
            Type::Float | Type::Float32 => 0.5.into(),
            Type::Enum(values) => values.first().map_or(Json::Null, |first| (&**first).into()),
            Type::Date => "2026-11-28".into(),
            Type::Time => "16:00:00".into(),
            Type::Timestamp => "2026-11-28T16:00:00Z".into(),
            Type::Duration => "90s".into(),
            Type::Str | Type::Category => "text".into(),
            _ => Json::Null,
        })
    };
    let columns = signature.columns().iter().map(|known| (known.column.name.to_string(), value(&known.column)));
    Json::Object(columns.collect())
}
