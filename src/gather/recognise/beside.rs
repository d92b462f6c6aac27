//! What stands in a log beside the lines of a gateway's own server, and who reads which of them.

use crate::gather::formats::{Beside, Format};
use crate::gather::normalise;
use crate::model::{Outcome, Vantage};

/// Has formats read the lines that another leaves to them, which reads them where they come later.
fn put_before_who_leaves_them(formats: &mut Vec<&'static dyn Format>) {
    for at in 0..formats.len() {
        let leaver = formats.get(at).and_then(|format| format.left_by());
        let before = leaver.and_then(|leaver| formats.iter().take(at).position(|format| format.name() == leaver));
        if let Some(before) = before {
            let format = formats.remove(at);
            formats.insert(before, format);
        }
    }
}

/// Tells a gateway's log which other lines of the source are about calls, where it asks for that.
pub(super) fn tell_what_stands_beside(formats: &mut Vec<&'static dyn Format>, lines: &[&[u8]]) {
    if !formats.iter().any(|format| format.asks_what_stands_beside()) {
        return;
    }
    put_before_who_leaves_them(formats);
    let Some(at) = formats.iter().position(|format| format.asks_what_stands_beside()) else {
        return;
    };
    let (mut own, mut calls) = (0, Beside::default());
    for line in lines {
        let mut read = formats.iter().enumerate().map(|(at, format)| {
            let mut is_about = false;
            let known = format.parse(line, &mut |fields| {
                let end = normalise::end(fields, format.vantage(), format.name());
                is_about |= end.outcome != Outcome::Unsaid && normalise::is_about_a_call(fields, format.vantage());
                let tells_more = fields.model.is_some() || normalise::provider_id(fields).is_some();
                calls.tell_more |= tells_more && format.vantage() == Vantage::Application;
            });
            (at, format.vantage(), known.is_ok(), is_about)
        });
        match read.find(|(.., known, _)| *known) {
            Some((by, _, _, true)) if by == at => own += 1,
            Some((_, Vantage::Application, _, true)) => calls.applications += 1,
            Some((_, _, _, true)) => calls.proxies += 1,
            _ => {}
        }
    }
    let told = formats.get(at).and_then(|format| format.beside(own, calls));
    if let (Some(place), Some(told)) = (formats.get_mut(at), told) {
        *place = told;
    }
}
