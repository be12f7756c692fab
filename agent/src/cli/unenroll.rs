//! `unenroll`: the device says that it leaves, then forgets its key and everything it kept.

use clap::Args;
use hashimori_shared::lang::Lang;

use super::World;
use crate::client::Disposition;
use crate::cycle::enrolled;
use crate::exit::{Exit, Failure};
use crate::key::DeviceKey;
use crate::link::Link;
use crate::state::Progress;
use crate::{client, trust, words};

#[derive(Debug, Args)]
pub(super) struct UnenrollArgs {
    /// 収集サーバーに届かなくても、この機器の登録情報を消す
    #[arg(long)]
    force: bool,
}

pub(super) fn unenroll(mut world: World, args: &UnenrollArgs) -> Result<Exit, Failure> {
    let _lock = world.folder.lock().map_err(words::state)?;
    let identity = enrolled(&world.folder)?;
    let progress = Progress::load(&world.folder, &mut world.rng).map_err(words::state)?;
    let place = identity.key_place;
    match DeviceKey::load(&world.folder, place) {
        Ok(key) => {
            let certain = trust::certain_time(progress.known_time);
            let mut link = Link::new(world.folder.clone(), identity, key, world.settings.proxy.clone(), certain);
            if let Err(failure) = say_goodbye(&mut link)
                && !args.force
            {
                return Err(failure);
            }
        }
        Err(e) if !args.force => {
            return Err(Failure::new(Exit::State, "機器の鍵が見つかりません。それでも消すには --force を付けてください。").because(e));
        }
        Err(_) => {}
    }
    // The key goes first: whatever is interrupted after this, the device can no longer speak for itself.
    match DeviceKey::remove(&world.folder, place) {
        Ok(()) => {}
        Err(e) if args.force => eprintln!("<4>{e}"),
        Err(e) => return Err(Failure::new(Exit::State, "機器の鍵を消せません。").because(e)),
    }
    world.folder.clear().map_err(words::state)?;
    println!("登録情報と鍵を消しました。管理者の画面では、この機器は「離脱の申し出あり」として扱われます。");
    Ok(Exit::Done)
}

fn say_goodbye(link: &mut Link) -> Result<(), Failure> {
    let hint = "登録情報はまだ消していません。届かなくても消すには --force を付けてください。";
    let answer = link.leave(World::now()).map_err(|e| {
        let text = words::no_answer(&e, link.endpoint(), Lang::Japanese);
        Failure::new(words::exit(&e), format!("{}{hint}", text.replace("内容は保管し、送り直します。", ""))).because(e)
    })?;
    // Retired already is as good as told.
    if (200..300).contains(&answer.status) || client::disposition(&answer) == Disposition::Quiet {
        return Ok(());
    }
    Err(Failure::new(Exit::Refused, format!("収集サーバーが受け付けませんでした。{hint}")).because(answer.status))
}
