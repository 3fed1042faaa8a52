internal import ArgumentParser
internal import CanonicalJSON
internal import Publication
internal import Signing

/// Makes what platforms begin a copy of everything with: `suixin snapshot`.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Make a signed snapshot of everything that the latest status says, for `suixin serve` to hand out.",
        discussion: """
            Run it after a sync (`suixin sync && suixin snapshot`), as often as platforms shall be able to begin anew. It goes into a
            folder of its own in `snapshots.folder` (data/snapshots), and of all that lie there the newest `snapshots.keep` (3)
            are kept. Where one of the latest status lies there already, nothing is made. It waits for no sync and stops none.
            Platforms take it by GET /v1/snapshots/latest, go on by GET /v1/changes?after=…&codes=true, and check it with
            `suixin verify FOLDER`.
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let installation = try await Installation(common.settings(), for: .reading)
        let settings = installation.settings.snapshots
        let line = ProgressLine()
        let maker = SnapshotMaker(
            store: installation.store,
            publisher: installation.publisher,
            keys: try installation.keyRing.keySet,
            folder: settings.folder
        )
        let report = try maker.make(at: Now.posix, keeping: settings.keep) { count in
            line.show("\(Terminal.grouped(count)) profiles")
        }
        line.clear()
        if common.json {
            Terminal.print(
                json: .object([
                    "id": .string(report.id), "made": .bool(report.isNew), "folder": .string(settings.folder.path),
                    "profiles": .integer(Int64(report.profiles)), "names": .integer(Int64(report.names)),
                    "annexes": .integer(Int64(report.annexes)), "bytes": .integer(Int64(report.bytes)),
                    "position": .integer(report.position), "after": .integer(report.after),
                    "removed": .array(report.removed.map { .string($0) }),
                ])
            )
        } else {
            Terminal.print(text(report))
        }
    }

    private func text(_ report: SnapshotMaker.Report) -> String {
        guard report.isNew else { return "The snapshot \(report.id) of the latest status is there already." }
        return "Made the snapshot \(report.id): \(Terminal.grouped(report.profiles)) profiles, "
            + "\(Terminal.grouped(report.names)) codes and ids that moved, \(Terminal.grouped(report.bytes)) bytes, "
            + "as of change \(report.after)."
            + (report.removed.isEmpty ? "" : " Took away \(report.removed.joined(separator: ", ")).")
    }
}
