//! A stored value as bytes: a version, a checksum, then the packed value. Damage is seen before anything is believed.

use super::rollup_v1::Source;
use super::words::Constants;
use crate::model::SourceRollup;
use sha2::{Digest, Sha256};

/// The form that is written.
const VERSION: u8 = 1;

/// Bytes of the checksum: SHA-256, cut; it guards against damage, not against forgers.
const CHECKSUM: usize = 8;

/// Zstandard's own default: twice as small as level 1 here, and still a small part of what reading the logs costs.
const LEVEL: i32 = 3;

/// Unpacked bytes that are believed: a million failures need a third of it.
const MOST: usize = 1 << 30;

/// The stored value is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored value is damaged")]
pub struct Damaged;

/// Packs what one night read of one log.
///
/// # Errors
/// Where it cannot be packed, which memory alone can cause.
pub(super) fn packed(rollup: &SourceRollup) -> Result<Vec<u8>, Damaged> {
    let plain = postcard::to_stdvec(&Source::of(rollup)).map_err(|_| Damaged)?;
    let body = zstd::bulk::compress(&plain, LEVEL).map_err(|_| Damaged)?;
    let sized = [(plain.len() as u64).to_le_bytes().as_slice(), &body].concat();
    Ok([[VERSION].as_slice(), &checksum(&sized), &sized].concat())
}

/// Unpacks it.
///
/// # Errors
/// Where the bytes are not what was written, or a later version of the program wrote them.
pub(super) fn unpacked(bytes: &[u8], constants: &mut Constants) -> Result<SourceRollup, Damaged> {
    let (version, rest) = bytes.split_first().ok_or(Damaged)?;
    let (sum, sized) = rest.split_first_chunk::<CHECKSUM>().ok_or(Damaged)?;
    let (size, body) = sized.split_first_chunk::<8>().ok_or(Damaged)?;
    let size = usize::try_from(u64::from_le_bytes(*size)).map_err(|_| Damaged)?;
    if *version != VERSION || *sum != checksum(sized) || size > MOST {
        return Err(Damaged);
    }
    let plain = zstd::bulk::decompress(body, size).map_err(|_| Damaged)?;
    let source: Source = postcard::from_bytes(&plain).map_err(|_| Damaged)?;
    source.read(constants).ok_or(Damaged)
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let whole: [u8; 32] = Sha256::digest(bytes).into();
    whole.first_chunk::<CHECKSUM>().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Damaged, packed, unpacked};
    use crate::keep::words::Constants;
    use crate::model::{
        Alike, Attributes, CallerKind, Cell, CommonIds, Dimension, ErrorSaid, Fact, Grain, IdTexts, Ids, Instant, Method, Millis,
        Name, Observation, Outcome, RetrySaid, SampledId, SourceRollup, Time, Tokens, TookClass, TransportError, Upstream,
        Vantage,
    };
    use std::sync::Arc;

    fn seen(line: u64, outcome: Outcome) -> Observation {
        let alike = Alike {
            fact: Some(Fact::ProviderId),
            attributes: Arc::new(
                Attributes::default()
                    .with(Dimension::Model, "gpt-4o")
                    .with(Dimension::Host, "web-1"),
            ),
            method: Some(Method::Post),
            error: Some(Arc::new(ErrorSaid {
                error_type: Some(Name::from("server_error")),
                error_code: None,
                template: Some("Overloaded"),
                html: true,
            })),
            attempt: Some(2),
            upstream: Some(Arc::new(Upstream {
                address: Some(Name::from("10.0.0.1:443")),
                connected: Some(true),
                answered: None,
                retries: 1,
            })),
            stream: Some(false),
            tokens: Some(Tokens { input: 17, output: 5 }),
            instant: Instant::Unknown,
            ..Alike::ended(outcome)
        };
        Observation {
            line,
            time: Time(1_700_000_000_123),
            duration_ms: Some(Millis::from(12)),
            ids: Ids::from(IdTexts {
                x_request_id: Some("req_1"),
                common: Some(Arc::new(CommonIds {
                    thread: None,
                    organization: Some(Name::from("org-1")),
                })),
                ..IdTexts::default()
            }),
            retry: Some(RetrySaid {
                in_ms: Some(Millis::from(500)),
                after_ms: Some(Millis::from(20_000)),
                left: None,
            }),
            alike: Arc::new(alike),
        }
    }

    fn rollup() -> SourceRollup {
        let mut rollup = SourceRollup {
            format: Some("python-logging"),
            vantage: Some(Vantage::Proxy),
            host: Some(Name::from("web-1")),
            records: 7,
            span: Some((Time(1_700_000_000_001), Time(1_700_000_000_002))),
            ..SourceRollup::default()
        };
        for (line, outcome) in [
            Outcome::Success,
            Outcome::Status(529),
            Outcome::Transport(TransportError::Other),
            Outcome::Caller(CallerKind::ClientCancel, 499),
            Outcome::Unsaid,
        ]
        .into_iter()
        .enumerate()
        {
            rollup.observations.push(seen(line as u64, outcome));
        }
        let tuple = rollup
            .cells
            .tuple(&Arc::new(Attributes::default().with(Dimension::Model, "o3")));
        rollup
            .cells
            .add(Time(1_700_000_005_000), Grain::Call, tuple, Cell { ok: 3, ok_later: 1 });
        rollup
            .cells
            .add_all_took(Time(1_700_000_005_000), tuple, TookClass::of(731), 1);
        rollup.provider_ids.keep(
            9,
            SampledId {
                time: Time(1_700_000_000_003),
                duration_ms: Some(1),
                client: Some(Name::from("10.0.0.9")),
            },
        );
        rollup
    }

    #[test]
    fn what_is_packed_is_what_comes_back() {
        let rollup = rollup();
        let again = unpacked(&packed(&rollup).unwrap(), &mut Constants::default()).unwrap();
        assert_eq!(again.observations, rollup.observations);
        assert_eq!(
            again.cells.in_order().collect::<Vec<_>>(),
            rollup.cells.in_order().collect::<Vec<_>>()
        );
        assert_eq!(
            again.cells.took().collect::<Vec<_>>(),
            rollup.cells.took().collect::<Vec<_>>()
        );
        assert_eq!(again.provider_ids, rollup.provider_ids);
        assert_eq!(
            (again.format, again.vantage, again.host, again.records, again.span),
            (rollup.format, rollup.vantage, rollup.host, rollup.records, rollup.span)
        );
    }

    #[test]
    fn every_damaged_byte_is_seen() {
        let bytes = packed(&rollup()).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert_eq!(
                unpacked(&damaged, &mut Constants::default()).unwrap_err(),
                Damaged,
                "byte {at}"
            );
        }
        for length in 0..bytes.len() {
            assert!(unpacked(&bytes[..length], &mut Constants::default()).is_err());
        }
    }
}
