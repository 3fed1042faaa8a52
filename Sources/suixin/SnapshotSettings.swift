internal import Publication

/// What the configuration says about snapshots.
struct SnapshotSettings: Sendable {
    /// Where they lie.
    var folder: SnapshotFolder
    /// How many are kept: a download that goes on for long must not lose its own.
    var keep: Int

    init(_ reader: SettingsReader, _ path: (String, String) -> String) throws(CommandError) {
        folder = SnapshotFolder(path: path("snapshots.folder", "data/snapshots"))
        keep = try reader.whole("snapshots.keep") ?? 3
        guard 1...1000 ~= keep else { throw CommandError("snapshots.keep must lie between 1 and 1000: 3 is usual.") }
    }
}
