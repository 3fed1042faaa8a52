public import AdapterKit
public import CreditModel

/// What a `ROW` of 国税 says besides its facts.
extension StateTaxAdapter {
    static let marks = RowMarks(
        time: "XGSJ",
        operation: "YXBZ",
        operations: ["Y": .record, "N": .withdrawal],
        areAttributes: false
    )

    /// A voided row is a withdrawal.
    public static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        try marks.record(
            row,
            of: dataset,
            key: type.key(of: row.fields),
            fields: row.fields(withAttributesBut: []),
            place: place
        )
    }
}
