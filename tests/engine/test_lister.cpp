// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include <QTemporaryDir>
#include <QTest>

#include "core/engine/importing/import_pipeline.h"
#include "core/engine/pictures/lister.h"
#include "tests/engine/engine_fixture.h"

using namespace fieldmark;
namespace fs = std::filesystem;

class TestLister : public QObject {
    Q_OBJECT

    static std::vector<std::string> list(const std::string& folder, Listing* listing = nullptr) {
        std::vector<std::string> paths;
        const auto take = [&](std::vector<SeenFile>&& files) {
            for (const SeenFile& file : files) paths.push_back(file.path);
            return true;
        };
        Listing result = list_pictures(folder, 3, take);
        if (listing) *listing = std::move(result);
        return paths;
    }

  private Q_SLOTS:
    void walksInOrderAndLeavesOut() {
        const QTemporaryDir directory;
        const std::string root = directory.path().toStdString();
        for (const char* folder : {"/b", "/a", "/.hidden", "/Old.fieldmark"})
            fs::create_directory(root + folder);
        for (const char* file : {"/z.jpg", "/b/1.PNG", "/a/2.jpeg", "/a/notes.txt", "/.x.jpg",
                                 "/.hidden/3.jpg", "/Old.fieldmark/4.jpg", "/b/name \xff\xfe.jpg"}) {
            testing::write_text(root + file, "x");
        }
        Listing listing;
        const std::vector<std::string> expected{"z.jpg", "a/2.jpeg", "b/1.PNG", "b/name \xff\xfe.jpg"};
        const std::vector<std::string> found = list(root, &listing);
        fs::remove_all(root);  // QTemporaryDir cannot remove names that are not UTF-8
        QCOMPARE(found, expected);
        QCOMPARE(listing.files, std::int64_t{4});
        QVERIFY(listing.complete);
        QVERIFY(listing.problems.empty());
    }

    void followsLinksOnceAndEndsCircles() {
        const QTemporaryDir directory;
        const std::string root = directory.path().toStdString() + "/tree";
        const std::string outside = directory.path().toStdString() + "/outside";
        fs::create_directories(root + "/real");
        fs::create_directories(outside);
        testing::write_text(root + "/real/1.jpg", "x");
        testing::write_text(outside + "/2.jpg", "x");
        fs::create_directory_symlink(root, root + "/circle");
        fs::create_directory_symlink(root + "/real", root + "/a_link_to_real");
        fs::create_directory_symlink(outside, root + "/linked");
        fs::create_symlink(root + "/real/1.jpg", root + "/one.jpg");
        fs::create_symlink(root + "/nowhere", root + "/lost.jpg");
        Listing listing;
        const std::vector<std::string> expected{"one.jpg", "real/1.jpg", "linked/2.jpg"};
        QCOMPARE(list(root, &listing), expected);
        QVERIFY(listing.complete);
        QCOMPARE(listing.problems.size(), std::size_t{1});
        QVERIFY(listing.problems[0].path.ends_with("lost.jpg"));
    }

    void unreadableFolderMakesTheListingIncomplete() {
        Listing listing;
        QVERIFY(list("/nowhere/at/all", &listing).empty());
        QVERIFY(!listing.complete);
        QCOMPARE(listing.problems[0].error.kind, ErrorKind::NotFound);
    }

    void stopsOnRequest() {
        const QTemporaryDir directory;
        const std::string root = directory.path().toStdString();
        for (int i = 0; i < 10; ++i) testing::write_text(root + '/' + std::to_string(i) + ".jpg", "x");
        int batches = 0;
        const Listing listing =
            list_pictures(root, 3, [&](std::vector<SeenFile>&&) { return ++batches < 2; });
        QCOMPARE(batches, 2);
        QVERIFY(!listing.complete);
    }

    void countsUpToALimit() {
        const QTemporaryDir directory;
        const std::string root = directory.path().toStdString();
        for (int i = 0; i < 10; ++i) testing::write_text(root + '/' + std::to_string(i) + ".jpg", "x");
        QCOMPARE(count_pictures({root}, 100), std::int64_t{10});
        QCOMPARE(count_pictures({root, root + "/1.jpg"}, 100), std::int64_t{11});
        QCOMPARE(count_pictures({root}, 4), std::int64_t{4});
        QCOMPARE(count_pictures({root + "/none"}, 4), std::int64_t{0});
    }

    void comparesPathsByParts() {
        std::string relative;
        QVERIFY(is_within("/a/b/c", "/a/b", &relative));
        QCOMPARE(relative, std::string("c"));
        QVERIFY(!is_within("/a/bc", "/a/b"));
        QVERIFY(is_within("/a", "/", &relative));
        QCOMPARE(absolute_folder("/a/./b/../c/"), std::string("/a/c"));
    }
};

QTEST_GUILESS_MAIN(TestLister)
#include "test_lister.moc"
