internal import CanonicalJSON

extension EndpointDescription {
    /// Everything at once, to begin a copy with.
    static let bulk: [String: EndpointDescription] = [
        "snapshot-latest": EndpointDescription(
            title: .init("The newest snapshot", "最新快照"),
            text: .init(
                "Its signed manifest: the files with their digests, the status that it holds, and the change from which "
                    + "GET /v1/changes goes on. Whole profiles only: section:* must be granted.",
                "经签名的清单：各文件及其摘要、所据来源状态，以及此后应从哪个序号调用 GET /v1/changes。仅提供完整档案，须获授予 section:*。"
            ),
            fields: [signedForm, ifNoneMatch, evidence],
            answers: manifest,
            problems: [.notAllSections, .noSnapshotYet]
        ),
        "snapshot": EndpointDescription(
            title: .init("The manifest of a snapshot", "快照清单"),
            path: [snapshot],
            fields: [signedForm, ifNoneMatch, evidence],
            answers: manifest,
            problems: [.notAllSections, .noSuchSnapshot]
        ),
        "snapshot-file": EndpointDescription(
            title: .init("A file of a snapshot", "快照文件"),
            text: .init(
                "Compressed lines, as they lie; a download goes on where it was cut (Range and If-Range, RFC 9110 §14).",
                "压缩的逐行数据，按原样提供；下载中断后可续传（Range 与 If-Range，RFC 9110 §14）。"
            ),
            path: [
                snapshot,
                Parameter(
                    "file",
                    "a name that the manifest gives",
                    "清单所载文件名",
                    ParameterSchema.text(longest: 64),
                    isRequired: true,
                    example: "profiles.ndjson.gz"
                ),
            ],
            fields: [
                Parameter("Range", "the part that is wanted", "所要的部分", ParameterSchema.field, example: "bytes=0-1023"),
                Parameter("If-Range", "the ETag of what is there already", "已下载部分的 ETag", ParameterSchema.field),
                ifNoneMatch, evidence,
            ],
            answers: [
                Answer(200, "The file.", "文件。", archive, fields: ["ETag", "Accept-Ranges", "Repr-Digest"]),
                Answer(
                    206,
                    "The part.",
                    "所要的部分。",
                    archive,
                    fields: ["ETag", "Accept-Ranges", "Repr-Digest", "Content-Range"]
                ),
                notModified(),
            ],
            problems: [.notAllSections, .noSuchSnapshot, .noSuchRange]
        ),
        "annex": EndpointDescription(
            title: .init("An annex of a profile", "档案附件"),
            text: .init(
                "What a long profile names by its digest in place of carrying it.",
                "较长档案以摘要引用、未直接载入的部分。"
            ),
            path: [
                Parameter(
                    "digest",
                    "as the profile names it",
                    "档案所载摘要",
                    ParameterSchema.text(longest: 80),
                    isRequired: true,
                    example: "sha256:" + String(repeating: "0", count: 64)
                )
            ],
            fields: [ifNoneMatch, evidence],
            answers: [
                Answer(200, "The annex.", "附件。", [("application/json", .object([:]))], fields: ["ETag"]), notModified(),
            ],
            problems: [.notAllSections, .noSuchAnnex]
        ),
    ]

    private static let snapshot = Parameter(
        "snapshot",
        "a snapshot's id",
        "快照编号",
        ParameterSchema.text(longest: 64),
        isRequired: true,
        example: "1"
    )
    private static let archive: [(type: String, schema: JSONValue)] = [("application/gzip", .object([:]))]
    private static let manifest = [
        Answer(
            200,
            "The manifest.",
            "清单。",
            signed("snapshot"),
            fields: ["ETag", "Suixin-Status", "Content-Location"]
        ),
        notModified(["Suixin-Status", "Content-Location"]),
    ]
}
