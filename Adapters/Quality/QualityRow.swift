import AdapterKit
import CreditModel

/// What a `记录` of 质监 says besides its fields: the same for rows that were pulled and rows that are read again.
enum QualityRow {
    private static let attributes: Set = ["记录号", "操作", "时间戳"]
    private static let numberMark = " 序号 "

    static func time(_ row: FeedRow) -> LocalTime? { row.attribute("时间戳").flatMap { LocalTime($0) } }

    /// The document of a row's place; it tells the file's number too, since that decides between versions.
    static func document(_ dataset: DatasetID, file: String, number: Int64) -> String {
        "\(dataset) \(file)\(numberMark)\(number)"
    }

    /// The file's number in such a document.
    static func number(in document: String) -> Int64? {
        guard let mark = document.ranges(of: numberMark).last, let number = Int64(document[mark.upperBound...]),
            1..<(1 << 31) ~= number
        else { return nil }
        return number
    }

    static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        file: Int64,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        guard let key = type.key(of: row.fields) else {
            throw RowRejection(rule: "key-missing", message: "A part of the record's key is empty.")
        }
        guard let time = time(row) else {
            throw RowRejection(rule: "time-missing", field: "时间戳", message: "时间戳 is missing or no time.")
        }
        let operation: Operation
        switch row.attribute("操作") {
        case "新增", "变更": operation = .record
        case "删除": operation = .withdrawal
        default:
            throw RowRejection(rule: "operation-unknown", field: "操作", message: "操作 is none of 新增, 变更 and 删除.")
        }
        return SourceRecord(
            dataset: dataset,
            key: key,
            operation: operation,
            modified: time,
            sequence: file << 32 | Int64(row.row),
            fields: row.fields(withAttributesBut: attributes),
            original: row.original,
            place: place
        )
    }
}
