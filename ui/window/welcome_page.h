// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace fieldmark {

/// What an empty window shows: one sentence, a well to drop a folder into, the sample pictures, recent
/// libraries. The window takes the drops. UI thread.
class WelcomePage : public QWidget {
    Q_OBJECT
  public:
    explicit WelcomePage(QWidget* parent = nullptr);

    void set_recent(const std::vector<std::string>& libraries);
    void set_samples_available(bool available);
    void set_busy(const QString& text);      ///< "Opening Birds…"; "" for none
    void set_highlighted(bool highlighted);  ///< a drag is over the window

    /// Folders of sample pictures on this machine: $FIELDMARK_SAMPLES, else those of tuxpaint-stamps-default.
    static std::vector<std::string> sample_folders();

  Q_SIGNALS:
    void addFolderRequested();
    void samplesRequested();
    void libraryChosen(const std::string& folder);
    void openLibraryRequested();

  private:
    class Well;
    Well* m_well;
    QPushButton* m_samples;
    QWidget* m_recent_box;
    QVBoxLayout* m_recent_layout;
};

}  // namespace fieldmark
