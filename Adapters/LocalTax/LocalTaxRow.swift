public import AdapterKit
public import CreditModel

/// What an `r` of 地税 says besides its facts.
extension LocalTaxAdapter {
    static let marks = RowMarks(
        time: "gxsj",
        operation: "sjzt",
        operations: ["0": .record, "1": .record, "2": .withdrawal]
    )

    /// Elements in a row are none of this dialect's: they are kept with what is unknown.
    public static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        try marks.record(
            row,
            of: dataset,
            key: type.key(of: row.attributes),
            fields: row.attributes + row.fields,
            place: place
        )
    }
}
