//! §20-2: hits, places not searched, programs that may be there for another reason.

use super::*;

fn found(change: impl FnOnce(&mut crate::report::ForbiddenSoftware)) -> SubCheck {
    let case = good().with(|r| {
        let Some(Fact { reading: Reading::Value(found), .. }) = &mut r.machine.forbidden_software else { return };
        change(found);
    });
    case.check("§20-2", "file_sharing")
}

#[test]
fn nothing_found_passes_only_where_every_place_was_searched_to_the_end() {
    assert_eq!(found(|_| {}).state, State::Compliant);
    let unread = found(|f| f.unreadable.push(UnreadablePlace { place: "home".into(), code: UnknownCode::NoPermission }));
    assert_eq!(unread.state, State::Unknown);
    assert!(unread.reason.contains("利用者のフォルダ（点検プログラムに読み取りの権限がありません）"), "{}", unread.reason);
    let silent = found(|f| f.searched.retain(|p| p != "home"));
    assert_eq!((silent.state, silent.reason.contains("利用者のフォルダ")), (State::Unknown, true));
    assert_eq!(found(|f| f.searched.clear()).state, State::Unknown);
}

#[test]
fn a_hit_counts_even_where_not_everything_could_be_searched_and_even_if_only_the_device_knows_its_name() {
    for id in ["winny", "of-a-newer-catalogue"] {
        let hit = found(|f| {
            f.hits.push(SoftwareHit { id: id.into(), how: "file".into() });
            f.searched.clear();
        });
        assert_eq!(hit.state, State::NonCompliant);
        assert!(hit.reason.contains("（ファイル）"), "{}", hit.reason);
    }
}

#[test]
fn a_program_that_may_be_there_for_another_reason_is_a_persons_to_judge() {
    let aria = |r: &mut Report| {
        let Some(Fact { reading: Reading::Value(found), .. }) = &mut r.machine.forbidden_software else { return };
        found.hits.push(SoftwareHit { id: "aria2".into(), how: "package".into() });
    };
    let case = || good().with(aria);
    assert_eq!(case().state("§20-2", "file_sharing"), State::AwaitingDeclaration);
    let said = |by| case().said("§20-2", "file_sharing", Answer::Yes, by, 1).state("§20-2", "file_sharing");
    assert_eq!(said(AttestedBy::Person), State::AwaitingDeclaration, "not one's own word");
    assert_eq!(said(AttestedBy::Administrator), State::Compliant);
    let kept = case().said("§20-2", "file_sharing", Answer::Yes, AttestedBy::Administrator, 1).check("§20-2", "file_sharing");
    assert!(kept.reason.starts_with("aria2（インストール済み）: ") && kept.reason.contains("管理者確認"), "{}", kept.reason);
}
