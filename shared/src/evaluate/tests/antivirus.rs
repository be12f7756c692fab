//! §20-3: presence is not protection.

use super::*;

fn products(products: Vec<AntivirusProduct>) -> Case {
    good().with(|r| {
        let Some(Fact { reading: Reading::Value(found), .. }) = &mut r.machine.antivirus else { return };
        found.products = products;
    })
}

fn product(id: &str, real_time: Reading<bool>, days: i64) -> AntivirusProduct {
    AntivirusProduct { id: id.into(), real_time, signatures_at: Reading::Value(days_ago(days)) }
}

#[test]
fn a_product_that_is_there_but_does_not_watch_is_no_protection() {
    let off = products(vec![product("clamav", Reading::Value(false), 0)]);
    assert_eq!(off.state("§20-3", "present"), State::Compliant);
    assert_eq!(off.state("§20-3", "real_time"), State::NonCompliant);
    let silent = products(vec![product("eset", Reading::unknown(UnknownCode::ThirdPartyOpaque, "does not say"), 0)]);
    assert_eq!(silent.state("§20-3", "real_time"), State::Unknown);
}

#[test]
fn what_is_built_into_the_system_or_no_antivirus_at_all_does_not_count() {
    assert_eq!(products(vec![product("xprotect", Reading::Value(true), 0)]).state("§20-3", "present"), State::NonCompliant);
    assert_eq!(products(Vec::new()).state("§20-3", "present"), State::NonCompliant);
    for other in ["apparmor", "selinux"] {
        assert!(Catalogues::bundled().antivirus.find(other).is_none(), "{other} is not antivirus");
    }
}

#[test]
fn signatures_turn_amber_after_seven_days_and_red_after_fourteen() {
    let aged = |days| products(vec![product("clamav", Reading::Value(true), days)]).state("§20-3", "signatures");
    assert_eq!(
        [aged(7), aged(8), aged(14), aged(15)],
        [State::Compliant, State::RecommendationUnmet, State::RecommendationUnmet, State::NonCompliant]
    );
    assert_eq!(aged(-30), State::Unknown, "signatures of next month are a wrong clock");
}

#[test]
fn the_best_of_several_products_counts_and_fresh_signatures_of_an_idle_one_do_not_help() {
    let on = || product("clamav", Reading::Value(true), 20);
    let off = || product("eset", Reading::Value(false), 0);
    assert_eq!(products(vec![off(), on()]).state("§20-3", "real_time"), State::Compliant);
    assert_eq!(products(vec![off(), on()]).state("§20-3", "signatures"), State::NonCompliant);
    assert_eq!(products(vec![off()]).state("§20-3", "signatures"), State::NonCompliant);
}

#[test]
fn a_system_with_nothing_to_install_is_not_asked() {
    let case = good().with(|r| {
        let Some(Fact { reading: Reading::Value(os), .. }) = &mut r.machine.os else { return };
        (os.family, os.id, os.version) = (OsFamily::Ios, "ios".into(), "26.1".into());
    });
    assert_eq!(case.state("§20-3", "present"), State::NotApplicable);
}

#[test]
fn a_word_about_a_silent_product_does_not_push_a_measured_one_aside() {
    let silent = product("eset", Reading::unknown(UnknownCode::ThirdPartyOpaque, ""), 0);
    let said = |products_there: Vec<AntivirusProduct>| {
        products(products_there).said("§20-3", "real_time", Answer::Yes, AttestedBy::Administrator, 1).state("§20-3", "signatures")
    };
    assert_eq!(said(vec![silent.clone()]), State::Compliant);
    assert_eq!(said(vec![silent, product("clamav", Reading::Value(true), 20)]), State::NonCompliant);
}
