//! View of what stands above every page while an exception, a drill or a restriction holds.

use super::Moment;
use crate::words::Text;

/// What a banner tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BannerKind {
    /// 災害時特例.
    Disaster,
    /// The same as a drill.
    Drill,
    /// 利用制限 (留2-2).
    Restriction,
}

/// What every page tells while an exception, a drill or a restriction holds.
#[derive(Clone, Debug)]
pub(crate) struct Banner {
    pub kind: BannerKind,
    pub text: Text,
    pub began: Moment,
    pub ends: Moment,
    pub link: String,
    /// Key of the one action's words.
    pub action: &'static str,
}

impl Banner {
    pub(crate) const fn label(&self) -> &'static str {
        match self.kind {
            BannerKind::Disaster => "disaster-mark",
            BannerKind::Drill => "disaster-drill-mark",
            BannerKind::Restriction => "paper-restriction",
        }
    }

    pub(crate) fn is_drill(&self) -> bool {
        self.kind == BannerKind::Drill
    }
}

#[cfg(test)]
impl Banner {
    /// Signed in or not.
    pub(crate) fn samples(signed_in: bool) -> Vec<Self> {
        let banner = |kind, key: &'static str, action| Self {
            kind,
            text: Text::new(key).with("more", 1_i64).with("region", "架空圏域".to_owned()),
            began: Moment::sample(-3),
            ends: Moment::sample(165),
            link: "/disaster".to_owned(),
            action,
        };
        if signed_in {
            vec![
                banner(BannerKind::Disaster, "disaster-banner-region", "disaster-banner-see"),
                banner(BannerKind::Drill, "disaster-banner-drill", "disaster-banner-see-drill"),
                banner(BannerKind::Restriction, "paper-restriction-banner", "paper-restriction-see"),
            ]
        } else {
            vec![banner(BannerKind::Disaster, "disaster-banner-public", "disaster-banner-sign-in")]
        }
    }
}
