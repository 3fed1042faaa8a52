import Foundation
import Testing

/// The table as a page for people: `Documentation/faults.md` holds it word for word.
enum FaultPage {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Documentation/faults.md")

    static var text: String {
        var lines = [
            "# What a sync does on a bad day", "",
            "Every fault that `suixin-agencies --faults` offers (its `--help` says how), and how the sync ends that meets it: once (in the",
            "first, the middle and the last request of a dataset) and again and again (from the middle request on). `FaultTableTests` runs",
            "every line; this page is written by it (`SUIXIN_WRITE_PAGES=1`) and compared with it.", "",
            "- *complete*: all was taken, where need be by asking again; there is nothing to report.",
            "- *partly*: the rest was taken; quarantine, refusals and the status of the source say what was not.",
            "- *fails*: the run ends with this code; what was taken before stays taken, and the next run goes on there.",
            "",
            "Whatever the end, nothing is lost or doubled, and after the next good day records, progress and profiles are those of a store",
            "that never had a fault. A row that came broken twice in one run counts as the agency's own: it waits in the quarantine until",
            "the agency sends it in a new version or the source is read again from its start (质监: until the file is replaced).",
            "",
            "| fault | | \(FaultLane.allCases.map(\.title).joined(separator: " | ")) |",
            "|---|---|\(String(repeating: "---|", count: FaultLane.allCases.count))",
        ]
        for row in FaultTable.rows {
            var name = row.name
            for (when, ends) in [("once", row.once), ("always", row.always)] where !ends.isEmpty {
                let cells = FaultLane.allCases.map { ends[$0]?.text ?? "" }
                lines.append("| \(name) | \(when) | \(cells.joined(separator: " | ")) |")
                name = ""
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension FaultLane {
    fileprivate var title: String {
        switch self {
        case .hongdun: "红盾"
        case .statetax: "国税"
        case .localtax: "地税"
        case .manifest: "质监, manifest"
        case .file: "质监, file"
        }
    }
}

@Suite("The page of faults")
struct FaultPageTests {
    @Test("says what the table says")
    func page() throws {
        if ProcessInfo.processInfo.environment["SUIXIN_WRITE_PAGES"] != nil {
            try Data(FaultPage.text.utf8).write(to: FaultPage.file)
        }
        let written = String(decoding: try Data(contentsOf: FaultPage.file), as: UTF8.self)
        #expect(written == FaultPage.text)
    }
}
