//! Pages on paper, as a real Chromium prints them: A4, nothing that only a screen can use, tables whole, and the enrolment card on one
//! sheet of its own.

use anyhow::{Context as _, ensure};
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::walk::{Hand, Walk, link, now};

/// Width of A4 between its margins of 15 mm, in CSS pixels: 180 mm at 96 to the inch.
const BETWEEN_MARGINS: u64 = 680;

/// What stands on paper and should not, what stands out at the side, rows that may be cut, heads that are not repeated, and tables
/// that are none any more.
const WRONG: &str = "const shown = one => one.checkVisibility() && one.getClientRects().length > 0;
    const wrong = [];
    const useless = 'nav, form, button, .button, .skip, .site-foot, .who, input, select, .live';
    for (const one of document.querySelectorAll(useless)) if (shown(one)) wrong.push('of no use on paper: ' + one.outerHTML.slice(0, 120));
    const width = document.documentElement.clientWidth;
    for (const one of document.querySelectorAll('main *')) {
        const box = one.getBoundingClientRect();
        if (shown(one) && box.width > 1 && box.right > width + 1) wrong.push('beyond the edge: ' + one.outerHTML.slice(0, 120));
    }
    for (const table of document.querySelectorAll('table')) {
        if (!shown(table)) continue;
        if (getComputedStyle(table).display !== 'table') wrong.push('no table: ' + table.textContent.trim().slice(0, 60));
        for (const head of table.tHead ? [table.tHead] : []) {
            if (getComputedStyle(head).display !== 'table-header-group') wrong.push('a head that is not repeated');
        }
        for (const row of table.rows) if (getComputedStyle(row).breakInside !== 'avoid') wrong.push('a row that may be cut');
    }
    return wrong;";

/// What is wrong with the page on paper, and how many sheets it takes. Keeps a picture of it.
async fn on_paper(browser: &Browser, name: &str) -> anyhow::Result<usize> {
    browser.set_width(BETWEEN_MARGINS).await?;
    // Whoever reads in the dark still prints in black on white.
    browser.set_media("print", "dark").await?;
    browser.screenshot(&format!("{name}-print")).await?;
    let wrong: Vec<String> = browser.page.execute(WRONG, vec![]).await?.convert()?;
    ensure!(wrong.is_empty(), "{name}: {wrong:#?}");
    let colours = "const style = getComputedStyle(document.body); return [style.color, style.backgroundColor];";
    let colours: (String, String) = browser.page.execute(colours, vec![]).await?.convert()?;
    ensure!(colours == ("rgb(0, 0, 0)".to_owned(), "rgb(255, 255, 255)".to_owned()), "{name}: {colours:?}");
    let sheets = sheets(&browser.print().await?)?;
    ensure!(sheets.iter().all(|(width, height)| (width - 595.3).abs() < 1.0 && (height - 841.9).abs() < 1.0), "{name}: not A4: {sheets:?}");
    browser.set_media("screen", "light").await?;
    Ok(sheets.len())
}

/// Width and height of each sheet of a PDF, in points.
fn sheets(pdf: &[u8]) -> anyhow::Result<Vec<(f64, f64)>> {
    let text = String::from_utf8_lossy(pdf);
    let boxes = text.split("/MediaBox [").skip(1).map(|rest| {
        let numbers: Vec<f64> = rest.split(']').next().unwrap_or_default().split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [0.0, 0.0, width, height] = numbers[..] else { anyhow::bail!("a sheet of {numbers:?}") };
        Ok((width, height))
    });
    let sheets = boxes.collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(!sheets.is_empty(), "no sheet");
    Ok(sheets)
}

#[tokio::test]
async fn lists_and_verdicts_print_whole_and_the_enrolment_card_on_one_sheet() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let code = collector.code_for(10)?;
    for number in 0..10 {
        let mut device = Synthetic::enroll(collector.device_address(), &code, number).await?;
        device.check_in(collector.device_address(), true, now()?).await?;
    }
    let browser = Browser::start().await?;
    let walk = Walk::begin(&browser, &collector, ("127.0.0.1", Hand::Pointer)).await?;
    walk.set_up(&link(&collector, &["account", "invite", "--name", "見本 次郎", "--login", "jimukyoku"])?).await?;
    walk.open("/").await?;
    walk.sees(FACILITY).await?;
    on_paper(&browser, "region").await?;
    walk.follow(FACILITY, "試験機").await?;
    let facility = walk.path().await?;
    on_paper(&browser, "facility").await?;
    walk.follow("試験機0", "対応が必要な条項").await?;
    let sheets = on_paper(&browser, "device").await?;
    ensure!(sheets > 1, "what is folded on the screen is unfolded on paper: {sheets}");
    for (path, name) in [("/log", "log"), ("/rules", "rules"), ("/accounts", "accounts"), ("/what-is-checked", "what-is-checked")] {
        walk.open(path).await?;
        on_paper(&browser, name).await?;
    }
    for page in ["/today", "/people", "/self-check"] {
        walk.open(&format!("{facility}{page}")).await?;
        on_paper(&browser, &format!("facility{}", page.replace('/', "-"))).await?;
    }
    walk.open(&format!("{facility}/codes")).await?;
    walk.press("登録コードを発行する", "この画面でしか見られません").await?;
    let sheets = on_paper(&browser, "card").await?;
    ensure!(sheets == 1, "the card is on {sheets} sheets");
    let card = browser.page.find(thirtyfour::By::ClassName("print-card")).await?.text().await?;
    let code = walk.text_of("code-text").await?;
    ensure!(card.contains(&code) && card.contains("hashimori-agent enroll"), "{card}");
    let drawn = browser.page.find(thirtyfour::By::Css(".print-card svg.qr")).await.context("the QR code is on the card")?;
    ensure!(drawn.is_displayed().await?, "the QR code is drawn");
    browser.quit().await
}
