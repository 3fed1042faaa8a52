import AdapterKit
import CreditModel

/// What an `r` of 地税 says besides its facts: the same for rows that were pulled and rows that are read again.
enum LocalTaxRow {
    static func time(_ row: FeedRow) -> LocalTime? { row.attribute("gxsj").flatMap { LocalTime($0) } }

    static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        guard let key = type.key(of: row.attributes) else {
            throw RowRejection(rule: "key-missing", message: "A part of the record's key is empty.")
        }
        guard let time = time(row) else {
            throw RowRejection(rule: "time-missing", field: "gxsj", message: "gxsj is missing or no time.")
        }
        let operation: Operation
        switch row.attribute("sjzt") {
        case "0", "1": operation = .record
        case "2": operation = .withdrawal
        default:
            throw RowRejection(rule: "operation-unknown", field: "sjzt", message: "sjzt is none of 0, 1 and 2.")
        }
        return SourceRecord(
            dataset: dataset,
            key: key,
            operation: operation,
            modified: time,
            sequence: 0,
            // Elements in a row are none of this dialect's: they are kept with what is unknown.
            fields: row.attributes + row.fields,
            original: row.original,
            place: place
        )
    }
}
