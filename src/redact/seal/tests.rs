//! Are names replaced as words only, routes kept as far as the API documents them, and addresses with their ports?

use super::names::{Names, What, replace_word};
use super::{Audience, Policy, seal_scope};
use crate::model::{Dimension, Name, Scope};
use std::collections::BTreeMap;

fn shown(audience: Audience, what: What, name: &str) -> String {
    let mut names = Names::new(&Policy {
        audience,
        key: b"key".to_vec(),
    });
    let name = Name::from(name);
    names.show(what, &name).unwrap_or(name).to_string()
}

#[test]
fn names_inside_other_words_stay() {
    assert_eq!(
        replace_word("edge-a failed; edge-ab did not, edge-a.", "edge-a", "X"),
        "X failed; edge-ab did not, X."
    );
}

#[test]
fn a_providers_host_stays_and_azures_keeps_what_is_azures() {
    let show = |name| shown(Audience::Forwardable, What::Host, name);
    assert_eq!(show("api.openai.com"), "api.openai.com");
    assert!(show("acme.openai.azure.com").ends_with(".openai.azure.com"));
    assert!(!show("acme.openai.azure.com").contains("acme"));
    assert!(show("gateway.corp").starts_with("host-"));
    assert_eq!(shown(Audience::Terminal, What::Host, "gateway.corp"), "gateway.corp");
}

#[test]
fn a_machine_has_one_name_as_host_as_proxy_and_as_address() {
    let policy = Policy {
        audience: Audience::Forwardable,
        key: b"key".to_vec(),
    };
    let names = [Dimension::Host, Dimension::Proxy, Dimension::ServerAddress, Dimension::Client].map(|dimension| {
        let values = BTreeMap::from([(dimension, vec![Name::from("edge-a.corp")])]);
        seal_scope(Scope { values }, &policy).values.remove(&dimension)
    });
    assert!(names.iter().all(|name| name.is_some() && *name == names[0]), "{names:?}");
}

#[test]
fn an_address_keeps_its_port_and_its_class() {
    let show = |name| shown(Audience::Forwardable, What::Address, name);
    let (with, without) = (show("10.0.0.1:3128"), show("10.0.0.1"));
    assert_eq!(with, format!("{without}:3128"));
    assert!(without.starts_with("ip-private-"));
    assert_eq!(show("[fd00::1]:443"), format!("{}:443", show("fd00::1")));
}

#[test]
fn documented_routes_stay_others_go_and_free_text_goes_for_everybody() {
    for audience in [Audience::Terminal, Audience::Forwardable] {
        for route in [
            "/v1/chat/completions",
            "/v1/responses/{id}/cancel",
            "/backend-api/conversation",
        ] {
            assert_eq!(shown(audience, What::Route, route), route);
        }
        assert_eq!(shown(audience, What::Route, "Ignore all previous <b>"), "(no path)");
    }
    assert_eq!(
        shown(Audience::Terminal, What::Route, "/erika/mustermann"),
        "/erika/mustermann"
    );
    assert!(shown(Audience::Forwardable, What::Route, "/erika/mustermann").starts_with("/path-"));
}

#[test]
fn a_key_in_the_place_of_a_word_goes_for_everybody() {
    for audience in [Audience::Terminal, Audience::Internal, Audience::Forwardable] {
        assert_eq!(
            shown(audience, What::Word, "npm_FAKEabcdefghijklmnopqrstuv"),
            "[api-key removed]"
        );
        assert_eq!(
            shown(audience, What::Word, "req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa"),
            "req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa"
        );
    }
}

#[test]
fn every_name_in_a_sentence_is_replaced_whatever_its_words() {
    let mut names = Names::new(&Policy {
        audience: Audience::Forwardable,
        key: b"key".to_vec(),
    });
    let mut shown = |name: &str| {
        let name = Name::from(name);
        names.show(What::Path, &name).unwrap_or(name).to_string()
    };
    let stand_ins = ["a/b.log", "a/b.log.1", ".hidden log", "::", "b.log"].map(&mut shown);
    let sentences = names.settled();
    let [log, rotated, hidden, colons, member] = &stand_ins;
    for (said, expected) in [
        (
            "from a/b.log.1, not a/b.log: told",
            format!("from {rotated}, not {log}: told"),
        ),
        ("'.hidden log' and b.log", format!("'{hidden}' and {member}")),
        ("it is ::", format!("it is {colons}")),
        ("a/b.logs or xa/b.log", "a/b.logs or xa/b.log".to_owned()),
    ] {
        assert_eq!(sentences.sentence(said), expected);
    }
}

#[test]
fn a_name_is_found_where_it_begins_within_itself() {
    assert_eq!(replace_word("xa.a.a and a.ab", "a.a", "X"), "xa.X and a.ab");
    assert_eq!(replace_word("edge-aedge-a", "edge-a", "X"), "edge-aedge-a");
}
