package import CreditModel
internal import Foundation
internal import GRDB

/// One row of a simulated table: an event, with the time until which it is its key's last.
struct StoredRow: Sendable {
    /// Never: the event is its key's last for ever.
    static let forever = Int64.max

    var sequence: Int64
    var visible: Int64
    var modified: Int64
    /// When the key's next event becomes visible.
    var next: Int64
    /// 0 insert, 1 update, 2 delete; 4 unreadable; 8 test; 16 the key's first event.
    var flags: Int64
    /// How often the row stands in an answer.
    var weight: Int64
    var key: String
    var fields: [UInt8]

    var change: Int64 { flags & 3 }
    var isDelete: Bool { change == 2 }
    var isUnreadable: Bool { flags & 4 != 0 }
    var isTest: Bool { flags & 8 != 0 }

    static let columns = "seq, visible, modified, next, flags, weight, key, fields"

    /// Reads a row; without `numbers` its sequence is the place on disk.
    init(_ row: Row, _ numbers: RowNumbers? = nil) {
        let place: Int64 = row[0]
        sequence = numbers?.number(at: place) ?? place
        visible = row[1]
        modified = row[2]
        next = row[3]
        flags = row[4]
        weight = row[5]
        key = row[6]
        let blob: Data = row[7]
        fields = [UInt8](blob)
    }
}

/// A row that a reader ought to end up with.
package struct ShownRow: Sendable, Hashable {
    /// The time of modification of the version that counts.
    package let modified: LocalTime
    /// As sent, without the attributes of the transport.
    package let fields: [RawField]
    /// No reader can take it.
    package let isUnreadable: Bool
    /// A test row.
    package let isTest: Bool
}
