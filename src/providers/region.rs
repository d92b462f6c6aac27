//! The region that a provider's host name tells.

/// The region in the name of an Amazon, Google, OpenAI or Azure endpoint: `bedrock-runtime.us-east-1.amazonaws.com`,
/// `europe-west4-aiplatform.googleapis.com`, `aiplatform.eu.rep.googleapis.com`, `swedencentral.api.cognitive.microsoft.com`
/// (the providers' tables of endpoints). The name is in lower case.
#[must_use]
pub fn region(host: &str) -> Option<&str> {
    let amazon = || {
        let service = ["bedrock-runtime.", "bedrock-runtime-fips."];
        let (_, region) = service.iter().find_map(|service| host.split_once(service))?;
        let (region, rest) = region.split_once('.')?;
        rest.contains("amazonaws.com").then_some(region)
    };
    let google = || {
        let multiple = || host.strip_prefix("aiplatform.")?.strip_suffix(".rep.googleapis.com");
        host.strip_suffix("-aiplatform.googleapis.com").or_else(multiple)
    };
    amazon()
        .or_else(google)
        .or_else(|| host.strip_suffix(".api.openai.com"))
        .or_else(|| host.strip_suffix(".api.cognitive.microsoft.com"))
}

#[cfg(test)]
mod tests {
    use super::region;

    #[test]
    fn regional_endpoints_name_their_region() {
        for (host, name) in [
            ("bedrock-runtime.us-east-1.amazonaws.com", "us-east-1"),
            ("bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("vpce-0a1b-c2d3.bedrock-runtime.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
            ("eu.api.openai.com", "eu"),
            ("europe-west4-aiplatform.googleapis.com", "europe-west4"),
            ("aiplatform.eu.rep.googleapis.com", "eu"),
            ("swedencentral.api.cognitive.microsoft.com", "swedencentral"),
        ] {
            assert_eq!(region(host), Some(name), "{host}");
        }
    }

    #[test]
    fn global_endpoints_name_none() {
        for host in [
            "api.openai.com",
            "aiplatform.googleapis.com",
            "contoso.openai.azure.com",
            "s3.us-east-1.amazonaws.com",
        ] {
            assert_eq!(region(host), None, "{host}");
        }
    }
}
