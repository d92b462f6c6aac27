//! AWS Bedrock: its hosts, models, ids and support. Source: <https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html>.

use super::provider::{Provider, host_is_one_of, starts_with_one_of};

/// AWS Bedrock.
pub(super) struct Bedrock;

impl Provider for Bedrock {
    fn name(&self) -> &'static str {
        "aws.bedrock"
    }

    fn display_name(&self) -> &'static str {
        "AWS Bedrock"
    }

    fn spellings(&self) -> &'static [&'static str] {
        &["bedrock", "aws_bedrock", "amazon_bedrock"]
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(host, &["bedrock-runtime.", "bedrock-runtime-fips.", "bedrock-mantle."])
    }

    fn owns_model(&self, model: &str) -> bool {
        starts_with_one_of(
            model,
            &[
                "anthropic.",
                "amazon.",
                "meta.",
                "cohere.",
                "mistral.",
                "us.",
                "eu.",
                "apac.",
                "global.",
                "arn:aws:bedrock",
            ],
        )
    }

    fn owns_path(&self, path: &str) -> bool {
        starts_with_one_of(path, &["/model/"])
    }

    fn makes_uuids(&self) -> bool {
        true
    }

    fn id_headers(&self) -> &'static [&'static str] {
        &["x-amzn-requestid"]
    }

    fn support(&self) -> &'static str {
        "AWS Support Center"
    }

    fn asks_for(&self) -> &'static [&'static str] {
        &[
            "account",
            "region",
            "operation",
            "model id",
            "time",
            "error",
            "x-amzn-RequestId",
        ]
    }

    fn status_page(&self) -> Option<&'static str> {
        Some("https://health.aws.amazon.com")
    }
}
