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

/// Azure's regions with models, by their names (learn.microsoft.com/azure/reliability/regions-list).
const AZURE: &[&str] = &[
    "australiaeast",
    "australiasoutheast",
    "austriaeast",
    "belgiumcentral",
    "brazilsouth",
    "canadacentral",
    "canadaeast",
    "centralindia",
    "centralus",
    "chilecentral",
    "eastasia",
    "eastus",
    "eastus2",
    "francecentral",
    "francesouth",
    "germanynorth",
    "germanywestcentral",
    "indonesiacentral",
    "israelcentral",
    "italynorth",
    "japaneast",
    "japanwest",
    "jioindiawest",
    "koreacentral",
    "koreasouth",
    "malaysiawest",
    "mexicocentral",
    "newzealandnorth",
    "northcentralus",
    "northeurope",
    "norwayeast",
    "norwaywest",
    "polandcentral",
    "qatarcentral",
    "southafricanorth",
    "southafricawest",
    "southcentralus",
    "southeastasia",
    "southindia",
    "spaincentral",
    "swedencentral",
    "swedensouth",
    "switzerlandnorth",
    "switzerlandwest",
    "uaecentral",
    "uaenorth",
    "uksouth",
    "ukwest",
    "westcentralus",
    "westeurope",
    "westindia",
    "westus",
    "westus2",
    "westus3",
];

/// The name of an Azure region, as it is written in hosts or as `x-ms-region` has it: `East US 2` is `eastus2`.
#[must_use]
pub fn azure_region(text: &str) -> Option<&'static str> {
    const LONGEST: usize = 24;
    let letters = || {
        text.bytes()
            .filter(|byte| *byte != b' ')
            .map(|byte| byte.to_ascii_lowercase())
    };
    if text.len() > LONGEST {
        return None;
    }
    AZURE.iter().copied().find(|name| name.bytes().eq(letters()))
}

#[cfg(test)]
mod tests {
    use super::{azure_region, region};

    #[test]
    fn azures_regions_are_known_in_both_spellings_and_nobody_elses() {
        for text in ["East US 2", "eastus2", "EastUS2"] {
            assert_eq!(azure_region(text), Some("eastus2"), "{text}");
        }
        for text in ["us-east-1", "CA", "California", "eu", "", "East US 22"] {
            assert_eq!(azure_region(text), None, "{text}");
        }
    }

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
