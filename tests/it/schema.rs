//! Does every JSON report fit the schema that is shipped with the program?

use crate::run::{CORPORA, findings, plan, report};
use faultscope::deliver::JSON_SCHEMA;
use faultscope::redact::Audience;

#[test]
fn every_json_report_fits_its_schema() {
    let schema = serde_json::from_str(JSON_SCHEMA).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for name in CORPORA {
        let report = serde_json::from_str(&report(&findings(&plan(name)), "json", Audience::Forwardable, b"key")).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}
