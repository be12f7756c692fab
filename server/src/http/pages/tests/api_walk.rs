//! A client that knows nothing but the OpenAPI document: it asks every operation with every parameter in every manner (as described,
//! at the edges, garbage) and holds every answer to what the document says of it. Nothing may fail inside.

use std::collections::BTreeSet;

use axum::http::{Request, header};
use hashimori_shared::report::sample;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::super::sign_in::encode;
use super::api::{Answer, Machine, ask};
use super::world::{MORNING, World};
use crate::domain::people::Scope;
use crate::domain::token::Grant;
use crate::http::api::table;

/// Requests of each operation.
const CASES: u32 = 48;

/// What parameters may hold that are asked for as described, beside what their schemas say.
struct Known {
    facility: Vec<String>,
    device: Vec<String>,
    after: Vec<String>,
}

/// A parameter, as the document describes it.
#[derive(Clone, Debug)]
struct Parameter {
    name: String,
    in_path: bool,
    schema: Value,
}

/// An operation, as the document describes it.
struct Operation {
    path: String,
    parameters: Vec<Parameter>,
    responses: Value,
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().expect("paths");
    let of = |(path, item): (&String, &Value)| {
        let methods: Vec<&String> = item.as_object().expect("an item").keys().collect();
        assert_eq!(methods, ["get"], "{path}: nothing can be changed");
        let parameters = item["get"]["parameters"].as_array().cloned().unwrap_or_default();
        Operation {
            path: path.clone(),
            parameters: parameters
                .iter()
                .map(|p| Parameter {
                    name: p["name"].as_str().expect("a name").to_owned(),
                    in_path: p["in"] == "path",
                    schema: p["schema"].clone(),
                })
                .collect(),
            responses: item["get"]["responses"].clone(),
        }
    };
    paths.iter().map(of).collect()
}

/// Values of a parameter: those that there are, those that its schema allows, edges, and what nobody should send.
fn values(parameter: &Parameter, known: &Known) -> BoxedStrategy<String> {
    let mut good: Vec<String> = match parameter.name.as_str() {
        "facility" => known.facility.clone(),
        "device" => known.device.clone(),
        "after" => known.after.clone(),
        _ => Vec::new(),
    };
    let schema = &parameter.schema;
    good.extend(schema["enum"].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)));
    for edge in ["minimum", "maximum"] {
        let at = schema[edge].as_f64().map(|at| (at - 1.0, at, at + 1.0));
        good.extend(at.into_iter().flat_map(|(a, b, c)| [a, b, c]).map(|n| format!("{n}")));
    }
    if schema["type"] == "boolean" {
        good.extend(["true", "false"].map(str::to_owned));
    }
    let garbage = prop_oneof![
        Just(String::new()),
        Just("0".to_owned()),
        Just("-1".to_owned()),
        Just("99999999999999999999999".to_owned()),
        Just("../../etc/passwd".to_owned()),
        Just("' OR 1=1 --".to_owned()),
        Just("00000000-0000-0000-0000-000000000000".to_owned()),
        Just("ffffffff-ffff-ffff-ffff-ffffffffffff".to_owned()),
        Just("𠮷\u{0}\u{7f}\r\n".to_owned()),
        any::<String>(),
        "[a-z0-9-]{1,80}",
        any::<[u8; 16]>().prop_map(|bytes| uuid::Uuid::from_bytes(bytes).to_string()),
    ];
    if good.is_empty() { garbage.boxed() } else { prop_oneof![prop::sample::select(good), garbage].boxed() }
}

/// A request's target: each parameter of the path filled in, each of the query there or not, now and then twice, or beside others.
fn targets(operation: &Operation, known: &Known) -> BoxedStrategy<String> {
    let filled: Vec<BoxedStrategy<(Parameter, Vec<String>)>> = operation
        .parameters
        .iter()
        .map(|parameter| {
            let times = if parameter.in_path { 1..=1 } else { 0..=2 };
            let parameter = parameter.clone();
            prop::collection::vec(values(&parameter, known), times).prop_map(move |values| (parameter.clone(), values)).boxed()
        })
        .collect();
    let path = operation.path.clone();
    let raw = prop_oneof![9 => Just(String::new()), 1 => Just("&%ff=%zz&=&&x".to_owned())];
    (filled, raw)
        .prop_map(move |(filled, raw)| {
            let (mut path, mut query) = (path.clone(), Vec::new());
            for (parameter, values) in filled {
                for value in values {
                    if parameter.in_path {
                        path = path.replace(&format!("{{{}}}", parameter.name), &encode(&value));
                    } else {
                        query.push(format!("{}={}", parameter.name, encode(&value)));
                    }
                }
            }
            format!("{path}?{}{raw}", query.join("&"))
        })
        .boxed()
}

/// The schema of an answer with everything that it refers to, closed: a field that is not described is a fault.
fn closed(document: &Value, schema: &Value) -> Value {
    let mut whole = json!({ "$ref": schema["$ref"], "components": document["components"] });
    for schema in whole["components"]["schemas"].as_object_mut().expect("schemas").values_mut() {
        if schema["properties"].is_object() {
            schema["additionalProperties"] = false.into();
        }
    }
    whole
}

fn check(document: &Value, operation: &Operation, target: &str, answer: &Answer) -> Result<(), TestCaseError> {
    let told = |what: &str| TestCaseError::fail(format!("{target}: {} {what}: {}", answer.code, answer.body));
    // What names no object at all is another path: `/api/` answers it in the same manner.
    let described =
        operation.responses.get(answer.code.to_string()).or_else(|| (answer.code == 404).then_some(&operation.responses["401"]));
    let described = described.ok_or_else(|| told("is not described"))?;
    if answer.code >= 500 {
        return Err(told("failed inside"));
    }
    let Some(content) = described["content"].as_object() else {
        return if answer.body.is_empty() { Ok(()) } else { Err(told("has a body")) };
    };
    let kind = answer.headers[header::CONTENT_TYPE].to_str().unwrap_or_default();
    let schema = &content.get(kind).ok_or_else(|| told("is of another type"))?["schema"];
    let validator = jsonschema::options().should_validate_formats(true).build(&closed(document, schema));
    let validator = validator.map_err(|error| told(&error.to_string()))?;
    let json = serde_json::from_str(&answer.body).map_err(|error| told(&error.to_string()))?;
    validator.validate(&json).map_err(|error| told(&error.to_string()))
}

async fn document(world: &World) -> Value {
    let answer = ask(&world.router, Request::get("/api/openapi.json")).await;
    assert_eq!(answer.code, 200);
    answer.json()
}

#[tokio::test]
async fn the_document_describes_every_route_of_the_table_and_no_other() {
    let world = World::new().await;
    let document = document(&world).await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", document["openapi"]);
    let described: BTreeSet<String> = operations(&document).into_iter().map(|operation| operation.path).collect();
    assert_eq!(described, table().iter().map(|route| route.path.to_owned()).collect());
    for route in table() {
        let needs = &document["paths"][route.path]["get"]["security"][0]["token"];
        let grants: Vec<&str> = route.grant.iter().map(|grant| grant.as_str()).collect();
        assert_eq!(*needs, json!(grants), "{}", route.path);
    }
}

#[test]
fn nothing_that_a_client_sends_fails_inside_or_is_answered_otherwise_than_described() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let world = runtime.block_on(World::new());
    let (known, document) = runtime.block_on(async {
        let device = world.add_device(world.region, world.facility, "受付1").await;
        world.report(world.facility, device, &sample::good_debian(MORNING)).await;
        let foreign = world.add_device(world.other_region, world.foreign, "受付2").await;
        let paper = world.add_paper(world.region, world.facility, Some(device), "見本 看護師").await;
        world.add_exception(world.region).await;
        let known = Known {
            facility: [world.facility, world.neighbour, world.foreign].map(|id| id.to_string()).into(),
            device: [device, foreign].map(|id| id.to_string()).into(),
            after: vec![device.to_string(), paper.to_string(), world.facility.to_string()],
        };
        (known, document(&world).await)
    });
    let mut good = BTreeSet::new();
    for scope in [Scope::Facility(world.region, world.facility), Scope::Region(world.region)] {
        for grants in [Grant::ALL, &[Grant::Papers]] {
            let machine = runtime.block_on(Machine::of(&world, scope, grants));
            for operation in operations(&document) {
                let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
                let ended = runner.run(&targets(&operation, &known), |target| {
                    // A new minute each time: the pace is not what is looked at here.
                    world.clock.advance(61);
                    let answer = runtime.block_on(machine.get(&target));
                    check(&document, &operation, &target, &answer)
                });
                assert!(ended.is_ok(), "{}: {}", operation.path, ended.expect_err("a fault"));
                let usual = known_path(&operation.path, &known);
                let answer = runtime.block_on(machine.get(&usual));
                assert!(check(&document, &operation, &usual, &answer).is_ok(), "{usual}: {}", answer.body);
                good.extend((answer.code == 200).then_some(operation.path));
            }
        }
    }
    assert_eq!(good.len(), table().len(), "each was answered as it should be at least once");
}

fn known_path(path: &str, known: &Known) -> String {
    path.replace("{facility}", &known.facility[0]).replace("{device}", &known.device[0])
}
