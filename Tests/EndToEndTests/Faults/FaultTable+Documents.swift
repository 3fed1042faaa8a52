import AdapterKit
import AgencySimulator

extension FaultTable {
    // MARK: In the document

    /// A file that a fault filled stays so until it is healed, so that it is always bad.
    static let documents: [FaultRow] = [
        FaultRow(
            name: "a malformed row (bare `&`)",
            trouble: .fault(.malformedRow(1)),
            once: pages(.complete),
            always: broken("malformed")
        ),
        FaultRow(
            name: "a row with bytes of no encoding",
            trouble: .fault(.undecodableRow(1)),
            once: pages(.complete),
            always: broken("encoding")
        ),
        FaultRow(
            name: "a row with a text over the limit",
            trouble: .fault(.hugeRow(100_000)),
            once: pages(.complete),
            always: broken("row-too-large")
        ),
        FaultRow(
            name: "10,000 levels of nesting in a row",
            trouble: .fault(.deepNesting(10_000)),
            once: [.hongdun: .complete, .statetax: .complete],
            always: [
                .hongdun: .quarantined("too-deep"), .statetax: .quarantined("too-deep"),
                .file: .quarantined("too-deep"),
            ]
        ),
        // Rows of attributes have nothing in them: what stands after the last one counts as its own.
        FaultRow(
            name: "10,000 levels of nesting beside the rows",
            trouble: .fault(.deepNesting(10_000)),
            once: [.localtax: .complete, .manifest: .complete],
            always: [.localtax: .quarantined("malformed"), .manifest: .complete]
        ),
        FaultRow(
            name: "a shorter document, and its length says so",
            trouble: .fault(.cut(150)),
            once: all(.complete, file: .refusedFile("It has 150 bytes")),
            always: all(.failed(.malformed, "cut off"), file: .refusedFile("It has 150 bytes"))
        ),
        FaultRow(
            name: "an empty answer",
            trouble: .fault(.cut(0)),
            once: all(.complete, file: .refusedFile("It has 0 bytes")),
            always: all(.failed(.malformed, "empty"), file: .refusedFile("It has 0 bytes"))
        ),
        hostile("a DTD", .doctype, "carries a DTD"),
        hostile("an entity bomb", .entityBomb, "carries a DTD"),
        hostile("an external entity", .externalEntity("file:///etc/hostname"), "carries a DTD"),
        hostile("declared as UTF-16", .foreignEncoding("UTF-16"), "an encoding that no agency uses"),
        hostile("declared as UTF-7", .foreignEncoding("UTF-7"), "an encoding that no agency uses"),
        FaultRow(
            name: "a gzip bomb",
            trouble: .fault(.gzipBomb),
            once: pages(.complete),
            always: pages(.failed(.malformed, "compressed")).merging([.file: .refusedFile("inflates to more")]) { $1 }
        ),
    ]

    private static func rows(_ end: FaultEnd) -> [FaultLane: FaultEnd] {
        [.hongdun: end, .statetax: end, .localtax: end]
    }

    /// A row that stays broken is quarantined; an entry of the manifest that does costs the file that it names.
    private static func broken(_ rule: String) -> [FaultLane: FaultEnd] {
        rows(.quarantined(rule)).merging([
            .manifest: .refusedFile("The entry cannot be read"), .file: .quarantined(rule),
        ]) { $1 }
    }

    private static func hostile(_ name: String, _ kind: Fault.Kind, _ words: String) -> FaultRow {
        FaultRow(
            name: name,
            trouble: .fault(kind),
            once: pages(.failed(.hostile, words)),
            always: [.file: .refusedFile(words)]
        )
    }

    // MARK: Files

    static let files: [FaultRow] = [
        FaultRow(
            name: "a missing file (404)",
            trouble: .fault(.missingFile),
            once: [.file: .refusedFile("HTTP 404")],
            always: [.file: .refusedFile("HTTP 404")]
        ),
        FaultRow(
            name: "a file whose bytes are not the digest's",
            trouble: .fault(.wrongDigest),
            once: [.file: .refusedFile("Its digest is not the manifest's")]
        ),
        entry("SHA256", String(repeating: "0", count: 64), "Its digest is not the manifest's"),
        entry("字节数", "999999", "bytes, the manifest says 999999"),
        entry("记录数", "999", "The 记录数 of its head is not"),
        entry("模式", "全量", "Its 模式 is not the manifest's"),
        entry("文件名", "../x.xml", "The file's name is no single path segment"),
        FaultRow(
            name: "the manifest lacks the last file but one",
            trouble: .fault(.gap),
            always: [.manifest: .incomplete("gap:")]
        ),
        FaultRow(
            name: "a replaced file",
            trouble: .fault(.replacedFile),
            once: [.manifest: .complete]
        ),
    ]

    private static func entry(_ field: String, _ value: String, _ words: String) -> FaultRow {
        FaultRow(
            name: "the manifest says another \(field)",
            trouble: .fault(.wrongEntry(field, value)),
            always: [.manifest: .refusedFile(words)]
        )
    }
}
