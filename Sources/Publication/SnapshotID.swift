internal import CreditStore

/// The name of a snapshot: position and time of its status, and the first digits of that one's digest.
///
/// So the newest is found by name, and the same status has the same name.
package struct SnapshotID: Hashable, Sendable, Comparable {
    private let position: Int64
    private let time: Int64
    private let digits: String

    private static let width = 12

    /// The name of the snapshot of a status.
    init(_ status: SignedStatus) {
        position = status.position
        time = status.issuedAt
        digits = String(status.digest.dropFirst(7).prefix(Self.width))
    }

    /// Reads a name as ``text`` gives it; nil for any other, so that no name leads out of a folder.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let position = Int64(parts[0]), let time = Int64(parts[1]), position >= 0, time >= 0,
            parts[2].utf8.count == Self.width,
            parts[2].utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
        else { return nil }
        self.position = position
        self.time = time
        digits = String(parts[2])
        guard self.text == text else { return nil }
    }

    /// The name.
    package var text: String { "\(position)-\(time)-\(digits)" }

    package static func < (a: SnapshotID, b: SnapshotID) -> Bool {
        (a.position, a.time, a.digits) < (b.position, b.time, b.digits)
    }
}
