//! Taking many facilities in at once, as the operator of a new region does.

use hashimori_tests::collector::Collector;

const ADD: [&str; 4] = ["facility", "add", "--list", "-"];

#[test]
fn a_list_of_facilities_is_taken_in_once_and_a_mistake_in_it_changes_nothing() -> anyhow::Result<()> {
    let collector = Collector::prepare(None)?;
    collector.init()?;
    let list = "架空薬局さくら\tsakura\t見本 花子\n\n架空歯科もみじ\n";
    let said = collector.command_reading(&ADD, list)?.expect(0)?.out;
    let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.iter().map(|line| line[1]).collect::<Vec<_>>(), ["架空薬局さくら", "架空歯科もみじ"]);
    assert!(lines[0][2].contains("/start/") && lines[1][2].is_empty(), "{said}");

    let again = collector.command_reading(&ADD, list)?.expect(0)?.out;
    let without_links = said.lines().map(|line| line.rsplit_once('\t').map_or(line, |(rest, _)| rest));
    assert_eq!(again.lines().map(str::trim_end).collect::<Vec<_>>(), without_links.collect::<Vec<_>>(), "the same ids, and no new link");

    let mistaken = collector.command_reading(&ADD, "架空医院つつじ\n架空医院えのき\tenoki\n")?.expect(1)?.err;
    assert!(mistaken.contains("line 2"), "{mistaken}");
    collector.command(&["code", "issue", "--facility", "架空医院つつじ"])?.expect(1)?;

    let taken = collector.command_reading(&ADD, "架空医院えのき\tsakura\t見本 太郎\n")?.expect(1)?.err;
    assert!(taken.contains("架空医院えのき") && taken.contains("sakura"), "{taken}");
    let named = collector.command(&["facility", "add", "架空医院つつじ"])?.expect(0)?.out;
    assert!(named.contains("架空医院つつじ"), "{named}");
    collector.command(&["code", "issue", "--facility", "架空医院つつじ"])?.expect(0)?;
    Ok(())
}
