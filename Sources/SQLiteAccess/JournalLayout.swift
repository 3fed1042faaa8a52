/// How a journal is cut into blocks, and what blocks are found by into lots.
///
/// Any layout reads what another wrote; tests take small ones.
package struct JournalLayout: Sendable {
    /// Entries of a block, at most.
    package var blockEntries = 100
    /// Bytes of a block's records, after which no other is added.
    package var blockBytes = 128 << 10
    /// Keys of a block, after which no other entry is added.
    package var blockKeys = 1_000
    /// Blocks after which what they are found by is filed as a lot.
    package var lotBlocks = 256
    /// Keys of blocks after which they are filed.
    package var lotKeys = 1 << 16
    /// Lots of one level that are made one of the next.
    package var lotsMerged = 4
    /// Keys of a lot that is made of others, at most: it is sorted in memory while entries wait, and they wait a second at most.
    package var mergedKeys = 1 << 18

    /// As installations have it.
    package init() {}

    /// Milliseconds between the oldest and the newest entry of a block, at most, by which look-ups are bounded.
    ///
    /// No choice of a layout: a later version may only make it greater, or must pack older journals anew.
    static let span: Int64 = 1_000

    /// The newest moment of blocks that may hold an entry of a moment.
    static func reach(_ moment: Int64) -> Int64 {
        let (reach, isTooLarge) = moment.addingReportingOverflow(span)
        return isTooLarge ? .max : reach
    }
}
