public import AdapterKit
public import CreditModel

/// What a `ROW` of 红盾 says besides its facts.
extension HongDunAdapter {
    static let marks = RowMarks(
        time: "TS",
        operation: "OP",
        operations: ["I": .record, "U": .record, "D": .withdrawal]
    )

    /// `SEQ` decides between versions of one second.
    public static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        guard let sequence = row.attribute("SEQ").flatMap({ Int64($0) }), sequence >= 0 else {
            throw RowRejection(rule: "sequence-missing", field: "SEQ", message: "SEQ is missing or no number.")
        }
        return try marks.record(
            row,
            of: dataset,
            key: type.key(of: row.fields),
            sequence: sequence,
            fields: row.fields(withAttributesBut: ["SEQ", "OP", "TS"]),
            place: place
        )
    }
}
