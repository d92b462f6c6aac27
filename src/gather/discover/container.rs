//! Which pod or container a log is of, by the path that a container runtime gave it.

use std::path::{Component, Path};

/// Letters of a container's id.
const ID: usize = 64;

/// Letters of it that Docker shows, and that are a container's host name.
const SHORT_ID: usize = 12;

/// The pod or container, where a path begins as a runtime's own does and not with a host.
///
/// `pods/<namespace>_<pod>_<uid>/<container>/0.log` and `containers/<pod>_<namespace>_<container>-<id>.log` of Kubernetes,
/// `containers/<id>/<id>-json.log` of Docker.
pub(super) fn container(below: &Path) -> Option<String> {
    let mut names = below.components().filter_map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let first = names.next()?;
    let name = if matches!(first, "pods" | "containers") {
        names.next()?
    } else {
        first
    };
    of_directory(name).or_else(|| of_file(name))
}

fn of_directory(name: &str) -> Option<String> {
    if is_id(name) {
        return name.get(..SHORT_ID).map(str::to_owned);
    }
    let mut parts = name.split('_');
    let (_, pod, uid) = (parts.next()?, parts.next()?, parts.next()?);
    let is_uid = uid.len() >= 32 && uid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (is_uid && parts.next().is_none()).then(|| pod.to_owned())
}

fn of_file(name: &str) -> Option<String> {
    let (names, id) = name.split_once(".log")?.0.rsplit_once('-')?;
    let mut parts = names.split('_');
    let pod = parts.next()?;
    (is_id(id) && parts.count() == 2).then(|| pod.to_owned())
}

fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::container;
    use std::path::Path;

    fn of(path: &str) -> Option<String> {
        container(Path::new(&path.replace("<id>", &"0123456789abcdef".repeat(4))))
    }

    #[test]
    fn a_runtimes_path_names_the_pod_or_the_container() {
        let uid = "8e7b2c1a-1111-2222-3333-444455556666";
        assert_eq!(of(&format!("prod_web-1_{uid}/web/0.log")).as_deref(), Some("web-1"));
        assert_eq!(
            of(&format!("pods/prod_web-1_{uid}/web/0.log.20260306.gz")).as_deref(),
            Some("web-1")
        );
        assert_eq!(of("web-7d9f-x2x4z_prod_web-<id>.log").as_deref(), Some("web-7d9f-x2x4z"));
        assert_eq!(of("containers/<id>/<id>-json.log.1").as_deref(), Some("0123456789ab"));
    }

    #[test]
    fn other_paths_name_none() {
        for path in ["web-1/app.log", "containers/app.log", "a_b_c/x.log", "x.log"] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
